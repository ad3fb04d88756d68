#include <unetpp/kernels/matrix_kernels.hpp>
