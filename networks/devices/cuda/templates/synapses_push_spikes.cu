{# USES_VARIABLES { N, delay, _n_sources, _n_targets, _source_dt } #}
{# Where delays differ, nothing is pushed into brian2cuda's queues, whose synapses one block of threads would handle
   while the host waits for the number of spikes. The synapses are listed by source and delay, once, and the lists of
   events of the last steps are kept; synapses.cu looks back in them. #}
{% extends 'brian2cuda/synapses_push_spikes.cu' %}

{% block before_run_defines %}
{% if no_or_const_delay_mode %}{{ super() }}{% endif %}
{% endblock %}

{% block before_run_host_maincode %}
{% if no_or_const_delay_mode %}
{{ super() }}
{% else %}
{% set events = get_array_name(eventspace_variable, access_data=False) %}
{% set source_of = get_array_name(owner.synapse_sources, access_data=False) %}
%HOST_CONSTANTS%

{{pointers_lines|autoindent}}

const int64_t count = {{N}};
if (count == 0) return;
if (count > INT_MAX)
{
    printf("ERROR: {{owner.name}} has more than %d synapses\n", INT_MAX);
    _dealloc_arrays();
    exit(1);
}
const auto steps = [&](int i) { return (int)({{_dynamic_delay}}[i] / {{_source_dt}} + 0.5); };
int longest = 0;
for (int i = 0; i < count; i++) longest = std::max(longest, steps(i));
{{owner.name}}_delay = longest;
{{owner.name}}_max_size = count;  // asked only whether it is 0

const auto bundle = [&](int i)
{
    return (size_t)({{source_of}}[i] - {{owner.source.start}}) * (longest + 1) + steps(i);
};
// Counted two places on, added up, and used one place on to fill the list, which leaves the offsets.
std::vector<int32_t> offsets((size_t){{constant_or_scalar('_n_sources', variables['_n_sources'])}} * (longest + 1) + 2);
for (int i = 0; i < count; i++) offsets[bundle(i) + 2]++;
for (size_t b = 2; b < offsets.size(); b++) offsets[b] += offsets[b - 1];
std::vector<int32_t> synapses(count);
for (int i = 0; i < count; i++) synapses[offsets[bundle(i) + 1]++] = i;
{% for values, symbol in [('offsets', 'synapses_offset_by_bundle'), ('synapses', 'synapse_ids')] %}
int32_t* device_{{values}};
const size_t bytes_{{values}} = {{values}}.size() * sizeof(int32_t);
CUDA_SAFE_CALL(cudaMalloc((void**)&device_{{values}}, bytes_{{values}}));
CUDA_SAFE_CALL(cudaMemcpy(device_{{values}}, {{values}}.data(), bytes_{{values}}, cudaMemcpyHostToDevice));
CUDA_SAFE_CALL(cudaMemcpyToSymbol({{owner.name}}_{{symbol}}, &device_{{values}}, sizeof(int32_t*)));
{% endfor %}

while (dev{{events}}.size() <= longest)
{
    int32_t* none;
    const size_t bytes = sizeof(int32_t) * _num_{{events}};
    CUDA_SAFE_CALL(cudaMalloc((void**)&none, bytes));
    CUDA_SAFE_CALL(cudaMemcpy(none, {{events}}, bytes, cudaMemcpyHostToDevice));
    dev{{events}}.push_back(none);
}
{% endif %}
{% endblock %}

{% block extra_device_helper %}
{% if no_or_const_delay_mode %}{{ super() }}{% endif %}
{% endblock %}

{% block kernel %}
{% if no_or_const_delay_mode %}{{ super() }}{% endif %}
{% endblock %}

{% block host_maincode %}
{% if no_or_const_delay_mode %}{{ super() }}{% endif %}
{% endblock %}

{% block prepare_kernel %}
{% if no_or_const_delay_mode %}{{ super() }}{% endif %}
{% endblock %}

{% block kernel_call %}
{% if no_or_const_delay_mode %}{{ super() }}{% endif %}
{% endblock %}
