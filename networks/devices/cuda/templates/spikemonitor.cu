{# USES_VARIABLES { N, count, _source_start, _source_stop, _source_idx} #}
{# WRITES_TO_READ_ONLY_VARIABLES { N, count } #}
{# The GPU counts the events that it records. The host asks for their number only when the memory set aside could be
   full, not in each step. Subgroups are recorded by brian2cuda's own monitor. #}
{% extends 'brian2cuda/spikemonitor.cu' %}

{% block kernel_call %}
{% if owner.source.__class__.__name__ == 'Subgroup' or not record_variables %}
{{ super() }}
{% else %}
{% set eventspace = get_array_name(eventspace_variable, access_data=False) %}
{% set first = get_array_name(record_variables.values()|first, access_data=False, prefix='dev') %}
static long long at_most = 0;  // events until now
_N = _num_{{eventspace}} - 1;  // events of one step, at most
if (at_most + _N > (long long){{first}}.size())
{
    const int steps = {{monitor_steps}};  // to be recorded before the next question
    int32_t recorded;
    CUDA_SAFE_CALL(cudaMemcpy(&recorded, dev_array_{{owner.name}}_N, sizeof(int32_t), cudaMemcpyDeviceToHost));
    at_most = recorded;
    const size_t enough = max(2 * (size_t)recorded, (size_t)recorded + (size_t)steps * _N);
    if (enough > {{first}}.size())
    {
        {% for var in record_variables.values() %}
        THRUST_CHECK_ERROR({{get_array_name(var, access_data=False, prefix='dev')}}.resize(enough));
        {% endfor %}
    }
}
at_most += _N;

int num_processors;
CUDA_SAFE_CALL(cudaDeviceGetAttribute(&num_processors, cudaDevAttrMultiProcessorCount, 0));
num_threads = min(64, max_threads_per_block);
num_blocks = min(num_processors, (_N + num_threads - 1) / num_threads);
_run_kernel_{{codeobj_name}}<<<num_blocks, num_threads>>>(
    num_blocks * num_threads,
    num_threads,
    _N,
    dev{{eventspace}}[current_idx{{eventspace}}],
    {% for var in record_variables.values() %}
    thrust::raw_pointer_cast(&{{get_array_name(var, access_data=False, prefix='dev')}}[0]),
    {% endfor %}
    ///// HOST_PARAMETERS /////
    %HOST_PARAMETERS%
);
CUDA_CHECK_ERROR("_run_kernel_{{codeobj_name}}");
{% endif %}
{% endblock kernel_call %}

{% block extra_kernel_parameters %}
{% if owner.source.__class__.__name__ == 'Subgroup' or not record_variables %}
{{ super() }}
{% else %}
        int num_sources,
        int32_t* events,
        {% for var in record_variables.values() %}
        {{c_data_type(var.dtype)}}* _new{{get_array_name(var)}},
        {% endfor %}
{% endif %}
{% endblock %}

{% block kernel_maincode %}
{% if owner.source.__class__.__name__ == 'Subgroup' or not record_variables %}
{{ super() }}
{% else %}
const int num_events = events[num_sources];
for (int event = blockIdx.x * blockDim.x + threadIdx.x; event < num_events; event += blockDim.x * gridDim.x)
{
    _idx = events[event];
    _vectorisation_idx = _idx;

    ///// vector_code /////
    {{vector_code|autoindent}}

    const int _monitor_idx = atomicAdd({{get_array_name(variables['N'])}}, 1);
    {% for varname, var in record_variables.items() %}
    _new{{get_array_name(var)}}[_monitor_idx] = _to_record_{{varname}};
    {% endfor %}
    {{count}}[_idx - _source_start]++;
}
{% endif %}
{% endblock kernel_maincode %}

{% block after_run_host_maincode %}
{% if owner.source.__class__.__name__ == 'Subgroup' or not record_variables %}
{{ super() }}
{% else %}
CUDA_SAFE_CALL(cudaMemcpy(_array_{{owner.name}}_N, dev_array_{{owner.name}}_N, sizeof(int32_t), cudaMemcpyDeviceToHost));
{% for var in record_variables.values() %}
THRUST_CHECK_ERROR({{get_array_name(var, access_data=False, prefix='dev')}}.resize(_array_{{owner.name}}_N[0]));
{% endfor %}
{% endif %}
{% endblock %}
