#include <unetpp/kernels/amx_kernels.hpp>
#include <unetpp/kernels/norm_kernels.hpp>
