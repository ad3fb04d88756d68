#pragma once
// What the files of this folder find around them when they are compiled for an instruction set: for an editor, or another
// tool, that opens one of them alone. Nothing that is compiled includes this file.

#ifndef UNETPP_SEPARATE_KERNELS
#define UNETPP_SEPARATE_KERNELS
#endif
#include "unetpp/kernels/amx_kernels.hpp"
#include "unetpp/kernels/layer_kernels.hpp"
#include "unetpp/kernels/micro_kernels.hpp"

using namespace unetpp;
using namespace unetpp::kernels;
inline constexpr InstructionSet set = InstructionSet::avx512;
inline constexpr int width = 16;
