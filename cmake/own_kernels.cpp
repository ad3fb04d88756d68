#include <unetpp/kernels/amx_kernels.hpp>
#include <unetpp/kernels/layer_kernels.hpp>
