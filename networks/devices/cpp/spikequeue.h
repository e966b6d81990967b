// Spikes under way to synapses, in place of Brian2's queue of synapses. The synapses of a neuron are listed by delay, so
// that a spike under way is a few ranges of that list; its synapses are written out in the step in which it arrives.
#ifndef APICAL_SPIKEQUEUE_H
#define APICAL_SPIKEQUEUE_H

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <iostream>
#include <vector>
#include "stdint_compat.h"
using namespace std; // as Brian2's own, which what includes it relies on

class CSpikeQueue
{
    struct Range { int32_t first, last; };

    const int32_t first_source, sources;
    int32_t shortest = 0, delays = 0; // in steps; number of different ones
    std::vector<int32_t> list;        // synapses by source and delay; empty where they are numbered so
    std::vector<int32_t> starts;      // in that order, of each source and delay
    std::vector<std::vector<Range>> slots;
    std::vector<int32_t> arriving;
    size_t now = 0;
    bool written = false;

public:
    int openmp_padding = 0;

    CSpikeQueue(int32_t first_source, int32_t end_source)
        : first_source(first_source), sources(end_source - first_source), slots(1) {}

    // One delay for all synapses, or one for each.
    template <typename scalar>
    void prepare(const scalar *delay, int n_delays, const int32_t *source, int n_synapses, double dt)
    {
        assert(n_delays == 1 || n_delays == n_synapses);
        if (n_synapses == 0) return;
        const auto steps = [=](int i) { return (int32_t)(delay[n_delays == 1 ? 0 : i]/dt + 0.5); };
        int32_t longest = shortest = steps(0);
        for (int i = 1; i < n_delays; i++)
        {
            shortest = std::min(shortest, steps(i));
            longest = std::max(longest, steps(i));
        }
        delays = longest - shortest + 1;
        slots.assign(longest + 1, {});
        const auto place = [=](int i) { return (int64_t)(source[i] - first_source)*delays + steps(i) - shortest; };
        // Counted two places on, added up, and used one place on to fill the list, which leaves the starts.
        starts.assign((size_t)sources*delays + 2, 0);
        for (int i = 0; i < n_synapses; i++) starts[place(i) + 2]++;
        for (size_t p = 2; p < starts.size(); p++) starts[p] += starts[p - 1];
        list.resize(n_synapses);
        for (int i = 0; i < n_synapses; i++) list[starts[place(i) + 1]++] = i + openmp_padding;
    }

    // Number the synapses in the order of the list, which can then go. Nothing but their targets may differ.
    void renumber(std::vector<int32_t> &targets)
    {
        for (int32_t &synapse : list) synapse = targets[synapse];
        targets.swap(list);
        std::vector<int32_t>().swap(list);
    }

    void push(const int32_t *spikes, int n_spikes)
    {
        if (starts.empty()) return;
        const int32_t *begin = std::lower_bound(spikes, spikes + n_spikes, first_source);
        const int32_t *end = std::lower_bound(begin, spikes + n_spikes, first_source + sources);
        for (const int32_t *spike = begin; spike < end; spike++)
        {
            const int32_t *start = &starts[(size_t)(*spike - first_source)*delays];
            for (int32_t d = 0; d < delays; d++)
            {
                if (start[d] == start[d + 1]) continue;
                const size_t slot = now + shortest + d; // less than twice around
                slots[slot < slots.size() ? slot : slot - slots.size()].push_back({start[d], start[d + 1]});
            }
        }
    }

    // Synapses at which spikes arrive in this step.
    std::vector<int32_t> *peek()
    {
        if (!written)
        {
            size_t count = 0;
            for (const Range &range : slots[now]) count += range.last - range.first;
            arriving.resize(count);
            int32_t *next = arriving.data();
            for (const Range &range : slots[now])
                for (int32_t i = range.first; i < range.last; i++) *next++ = list.empty() ? i : list[i];
            written = true;
        }
        return &arriving;
    }

    void advance()
    {
        slots[now].clear();
        now = (now + 1) % slots.size();
        written = false;
    }
};

// Part of writing and reading a state on the disk, which our programs do not.
inline ostream &operator<<(ostream &stream, const CSpikeQueue &) { stream.setstate(ios::failbit); return stream; }
inline istream &operator>>(istream &stream, CSpikeQueue &) { stream.setstate(ios::failbit); return stream; }
#endif
