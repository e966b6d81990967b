{# USES_VARIABLES { N, _synaptic_pre} #}
{# With one delay for all synapses: one block of threads takes one spike after the other, as many as the list of events
   counts. brian2cuda copies that number to the host in each step, to launch as many blocks, and so waits for the GPU.
   Heterogeneous delays go through brian2cuda's own queue. #}
{% extends 'brian2cuda/synapses.cu' %}

{% block kernel %}
{% set parallel = pathway.variables['delay'].scalar and (uses_atomics or synaptic_effects == "synapse") %}
{% if not parallel %}
{{ super() }}
{% else %}
__global__ void _run_kernel_{{codeobj_name}}(
    int _N,
    int32_t* events,
    int num_sources,
    ///// KERNEL_PARAMETERS /////
    %KERNEL_PARAMETERS%
    )
{
    using namespace brian;

    int _idx = blockIdx.x * blockDim.x + threadIdx.x;
    int _vectorisation_idx = _idx;

    ///// KERNEL_CONSTANTS /////
    %KERNEL_CONSTANTS%

    ///// kernel_lines /////
    {{kernel_lines|autoindent}}

    ///// scalar_code /////
    {{scalar_code|autoindent}}

    const int num_events = events[num_sources];
    for (int event = blockIdx.x; event < num_events; event += gridDim.x)
    {
        const int source = events[event] - {{pathway.name}}.spikes_start;
        if (source < 0 || events[event] >= {{pathway.name}}.spikes_stop) continue;
        const int num_synapses = {{pathway.name}}_num_synapses_by_pre[source];
        const int32_t* synapses = {{pathway.name}}_synapse_ids_by_pre[source];
        for (int j = threadIdx.x; j < num_synapses; j += blockDim.x)
        {
            const int32_t _idx = synapses[j];
            _vectorisation_idx = j;

            ///// vector_code /////
            {{vector_code|autoindent}}
        }
    }
}
{% endif %}
{% endblock kernel %}

{% block prepare_kernel_inner %}
{% set parallel = pathway.variables['delay'].scalar and (uses_atomics or synaptic_effects == "synapse") %}
{% if not parallel %}
{{ super() }}
{% else %}
num_threads = min(128, max_threads_per_block);
int num_processors, blocks_per_processor;
CUDA_SAFE_CALL(cudaDeviceGetAttribute(&num_processors, cudaDevAttrMultiProcessorCount, 0));
CUDA_SAFE_CALL(cudaOccupancyMaxActiveBlocksPerMultiprocessor(
    &blocks_per_processor, _run_kernel_{{codeobj_name}}, num_threads, 0));
num_blocks = min(num_processors * blocks_per_processor, _num_{{get_array_name(pathway.variables[pathway.eventspace_name], access_data=False)}} - 1);
{% endif %}
{% endblock prepare_kernel_inner %}

{% block kernel_call %}
{% set parallel = pathway.variables['delay'].scalar and (uses_atomics or synaptic_effects == "synapse") %}
{% if not parallel %}
{{ super()|replace('defaultclock.', owner.clock.name ~ '.') }}
{% else %}
{% set eventspace = get_array_name(pathway.variables[pathway.eventspace_name], access_data=False) %}
if ({{pathway.name}}_max_size > 0)
{
    _run_kernel_{{codeobj_name}}<<<num_blocks, num_threads>>>(
        _N,
        dev{{eventspace}}[{{pathway.name}}_eventspace_idx],
        _num_{{eventspace}} - 1,
        ///// HOST_PARAMETERS /////
        %HOST_PARAMETERS%
    );
    CUDA_CHECK_ERROR("_run_kernel_{{codeobj_name}}");
}
{% endif %}
{% endblock kernel_call %}
