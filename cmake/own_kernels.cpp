#include <unetpp/kernels/amx_kernels.hpp>
