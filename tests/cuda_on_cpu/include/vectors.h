// What programs of brian2cuda use of Thrust: vectors, device pointers and a few algorithms.
#ifndef CUDA_ON_CPU_VECTORS_H
#define CUDA_ON_CPU_VECTORS_H
#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

namespace thrust {

using std::pair;

template <class T> struct device_ptr;

// An element of device memory, seen from the host. Its address is a device_ptr, also past the end of a vector.
template <class T> struct device_reference {
    T* pointer;
    operator T() const { return *pointer; }
    device_reference& operator=(const T& value) { *pointer = value; return *this; }
    device_reference& operator=(const device_reference& other) { return *this = (T)other; }
    device_ptr<T> operator&() const { return device_ptr<T>(pointer); }
};

template <class T> struct device_ptr {
    T* pointer;
    explicit device_ptr(T* p = nullptr) : pointer(p) {}
    T* get() const { return pointer; }
    device_ptr operator+(ptrdiff_t n) const { return device_ptr(n ? pointer + n : pointer); }
    ptrdiff_t operator-(device_ptr other) const { return pointer - other.pointer; }
    device_reference<T> operator*() const { return {pointer}; }
    device_reference<T> operator[](ptrdiff_t n) const { return *(*this + n); }
};

template <class T> struct DeviceAllocator {
    typedef T value_type;
    DeviceAllocator() = default;
    template <class Other> DeviceAllocator(const DeviceAllocator<Other>&) {}
    T* allocate(size_t n) {
        T* pointer;
        if (cudaMalloc(&pointer, n * sizeof(T))) throw std::bad_alloc();
        return pointer;
    }
    void deallocate(T* pointer, size_t) { cudaFree(pointer); }
    bool operator==(const DeviceAllocator&) const { return true; }
    bool operator!=(const DeviceAllocator&) const { return false; }
};


template <class T> class device_vector {
    std::vector<T, DeviceAllocator<T>> elements;

public:
    explicit device_vector(size_t n = 0) : elements(n) {}
    device_vector(const std::vector<T>& host) : elements(host.begin(), host.end()) {}
    size_t size() const { return elements.size(); }
    bool empty() const { return elements.empty(); }
    void clear() { elements.clear(); }
    void resize(size_t n) { elements.resize(n); }
    void resize(size_t n, const T& value) { elements.resize(n, value); }
    void reserve(size_t n) { elements.reserve(n); }
    void shrink_to_fit() { elements.shrink_to_fit(); }
    void push_back(const T& value) { elements.push_back(value); }
    void swap(device_vector& other) { elements.swap(other.elements); }
    device_ptr<T> begin() { return device_ptr<T>(elements.data()); }
    device_ptr<T> end() { return begin() + size(); }
    device_ptr<T> data() { return begin(); }
    device_reference<T> operator[](size_t n) { return begin()[n]; }
    std::vector<T> copy_to_host() const { return std::vector<T>(elements.begin(), elements.end()); }
};

template <class T> class host_vector : public std::vector<T> {
public:
    using std::vector<T>::vector;
    host_vector() = default;
    host_vector(const device_vector<T>& device) : std::vector<T>(device.copy_to_host()) {}
};

template <class T> T* raw_pointer_cast(T* pointer) { return pointer; }
template <class T> T* raw_pointer_cast(device_ptr<T> pointer) { return pointer.get(); }

template <class T, class Predicate> ptrdiff_t count_if(device_ptr<T> begin, device_ptr<T> end, Predicate predicate) {
    return std::count_if(begin.get(), end.get(), predicate);
}

template <class T, class Predicate>
device_ptr<T> copy_if(device_ptr<T> begin, device_ptr<T> end, device_ptr<T> to, Predicate predicate) {
    return device_ptr<T>(std::copy_if(begin.get(), end.get(), to.get(), predicate));
}

template <class Iterator> void sequence(Iterator begin, Iterator end) { std::iota(begin, end, 0); }

template <class Keys, class Values> void sort_by_key(Keys begin, Keys end, Values values) {
    typedef typename std::iterator_traits<Keys>::value_type Key;
    typedef typename std::iterator_traits<Values>::value_type Value;
    std::vector<std::pair<Key, Value>> pairs;
    for (ptrdiff_t i = 0; i < end - begin; i++) pairs.emplace_back(begin[i], values[i]);
    std::stable_sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (size_t i = 0; i < pairs.size(); i++) begin[i] = pairs[i].first, values[i] = pairs[i].second;
}

template <class Keys, class Values> pair<Keys, Values> unique_by_key(Keys begin, Keys end, Values values) {
    ptrdiff_t kept = 0;
    for (ptrdiff_t i = 0; i < end - begin; i++)
        if (i == 0 || !(begin[kept - 1] == begin[i])) begin[kept] = begin[i], values[kept++] = values[i];
    return {begin + kept, values + kept};
}

}  // namespace thrust
#endif
