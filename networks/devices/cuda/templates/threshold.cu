{# USES_VARIABLES { N } #}
{# Only the counter of the events is cleared in each step, since all readers of the list stop at it. #}
{% extends 'common_group.cu' %}

{% block host_maincode %}
{% set eventspace = get_array_name(eventspace_variable, access_data=False) %}
    CUDA_SAFE_CALL(cudaMemsetAsync(dev{{eventspace}}[current_idx{{eventspace}}] + _N, 0, sizeof(int32_t)));
{% endblock %}

{% block kernel_maincode %}
{% set eventspace = get_array_name(eventspace_variable) %}
    ///// scalar_code /////
    {{scalar_code|autoindent}}
    {
        ///// vector_code /////
        {{vector_code|autoindent}}
        if (_cond)
        {
            {{eventspace}}[atomicAdd(&{{eventspace}}[_N], 1)] = _idx;
            {% if _uses_refractory %}
            {{not_refractory}}[_idx] = false;
            {{lastspike}}[_idx] = {{t}};
            {% endif %}
        }
    }
{% endblock %}
