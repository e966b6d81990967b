{# USES_VARIABLES { N, _synaptic_pre} #}
{# With one delay for all synapses: one block of threads takes one spike after the other, as many as the list of events
   counts. brian2cuda copies that number to the host in each step, to launch as many blocks, and so waits for the GPU.
   Where delays differ, each block does the same with the spikes of one step ago, of two, and so on: of each spike it
   takes the synapses with that delay. #}
{% extends 'brian2cuda/synapses.cu' %}

{% block kernel %}
{% set differ = not pathway.variables['delay'].scalar %}
{% set parallel = uses_atomics or synaptic_effects == "synapse" %}
{% if not parallel and not differ %}
{{ super() }}
{% else %}
{% if not parallel %}
#error "{{owner.name}}: where delays differ, the order of synaptic effects must not matter"
{% endif %}
__global__ void _run_kernel_{{codeobj_name}}(
    int _N,
    {% if differ %}
    int32_t** lists,
    int num_lists,
    int now,
    int num_delays,
    {% else %}
    int32_t* events,
    {% endif %}
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

    {% if differ %}
    const int delay_steps = blockIdx.x % num_delays;
    const int32_t* events = lists[(now + num_lists - delay_steps) % num_lists];
    const int first_event = blockIdx.x / num_delays, num_takers = gridDim.x / num_delays;
    {% else %}
    const int first_event = blockIdx.x, num_takers = gridDim.x;
    {% endif %}
    const int num_events = events[num_sources];
    for (int event = first_event; event < num_events; event += num_takers)
    {
        const int source = events[event] - {{pathway.name}}.spikes_start;
        if (source < 0 || events[event] >= {{pathway.name}}.spikes_stop) continue;
        {% if differ %}
        const size_t bundle = (size_t)source * num_delays + delay_steps;
        const int first = {{pathway.name}}_synapses_offset_by_bundle[bundle];
        const int num_synapses = {{pathway.name}}_synapses_offset_by_bundle[bundle + 1] - first;
        const int32_t* synapses = {{pathway.name}}_synapse_ids + first;
        {% else %}
        const int num_synapses = {{pathway.name}}_num_synapses_by_pre[source];
        const int32_t* synapses = {{pathway.name}}_synapse_ids_by_pre[source];
        {% endif %}
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

{% block host_maincode %}
{% if pathway.variables['delay'].scalar %}
{{ super() }}
{% else %}
static int32_t** lists;
{% endif %}
{% endblock %}

{% block prepare_kernel_inner %}
{% set differ = not pathway.variables['delay'].scalar %}
{% set events = get_array_name(pathway.variables[pathway.eventspace_name], access_data=False) %}
{% if not differ and not (uses_atomics or synaptic_effects == "synapse") %}
{{ super() }}
{% else %}
num_threads = min({{ 64 if differ else 128 }}, max_threads_per_block);
int num_processors, blocks_per_processor;
CUDA_SAFE_CALL(cudaDeviceGetAttribute(&num_processors, cudaDevAttrMultiProcessorCount, 0));
CUDA_SAFE_CALL(cudaOccupancyMaxActiveBlocksPerMultiprocessor(
    &blocks_per_processor, _run_kernel_{{codeobj_name}}, num_threads, 0));
{% if differ %}
const int num_delays = {{pathway.name}}_delay + 1;
num_blocks = max(1, min(num_processors * blocks_per_processor / num_delays, _num_{{events}} - 1)) * num_delays;
const size_t bytes = dev{{events}}.size() * sizeof(int32_t*);
CUDA_SAFE_CALL(cudaMalloc((void**)&lists, bytes));
CUDA_SAFE_CALL(cudaMemcpy(lists, &dev{{events}}[0], bytes, cudaMemcpyHostToDevice));
{% else %}
num_blocks = min(num_processors * blocks_per_processor, _num_{{events}} - 1);
{% endif %}
{% endif %}
{% endblock prepare_kernel_inner %}

{% block kernel_call %}
{% set differ = not pathway.variables['delay'].scalar %}
{% if not differ and not (uses_atomics or synaptic_effects == "synapse") %}
{{ super()|replace('defaultclock.', owner.clock.name ~ '.') }}
{% else %}
{% set events = get_array_name(pathway.variables[pathway.eventspace_name], access_data=False) %}
if ({{pathway.name}}_max_size > 0)
{
    _run_kernel_{{codeobj_name}}<<<num_blocks, num_threads>>>(
        _N,
        {% if differ %}
        lists,
        dev{{events}}.size(),
        current_idx{{events}},
        {{pathway.name}}_delay + 1,
        {% else %}
        dev{{events}}[{{pathway.name}}_eventspace_idx],
        {% endif %}
        _num_{{events}} - 1,
        ///// HOST_PARAMETERS /////
        %HOST_PARAMETERS%
    );
    CUDA_CHECK_ERROR("_run_kernel_{{codeobj_name}}");
}
{% endif %}
{% endblock kernel_call %}
