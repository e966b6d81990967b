{# USES_VARIABLES { N } #}
{# Blocks of few neurons, so that all multiprocessors of the GPU have some. #}
{% extends 'brian2cuda/common_group.cu' %}

{% block modify_kernel_dimensions %}
int num_processors;
CUDA_SAFE_CALL(cudaDeviceGetAttribute(&num_processors, cudaDevAttrMultiProcessorCount, 0));
num_threads = min(num_threads, max(2, (_N / num_processors + 31) / 32) * 32);
num_blocks = (_N + num_threads - 1) / num_threads;
{% endblock modify_kernel_dimensions %}
