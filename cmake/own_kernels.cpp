#include <unetpp/kernels/micro_kernels.hpp>
