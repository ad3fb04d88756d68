#include "unetpp/kernels/instruction_set.hpp"

#include "../catch.hpp"
#include "unetpp/kernels/amx_kernels.hpp"

namespace instruction_set_test {

using namespace unetpp;
using namespace unetpp::kernels;

TEST_CASE("UNETPP_SIMD allows instruction sets up to the one that it names") {
  CHECK(widest_allowed(nullptr) == InstructionSet::amx);
  CHECK(widest_allowed("baseline") == InstructionSet::baseline);
  CHECK(widest_allowed("avx2") == InstructionSet::avx2);
  CHECK(widest_allowed("avx512") == InstructionSet::avx512);
  CHECK(widest_allowed("amx") == InstructionSet::amx);
}

TEST_CASE("another value of UNETPP_SIMD is an error that names it") {
  CHECK_THROWS_AS(widest_allowed(""), ArgumentError);
  CHECK_THROWS_AS(widest_allowed("AVX2"), ArgumentError);
  CHECK_THROWS_WITH(
      widest_allowed("sse"),
      "unetpp: the environment variable UNETPP_SIMD: expected baseline, avx2, avx512 or amx, found \"sse\"");
}

TEST_CASE("the library runs with the widest instruction set that the machine has and UNETPP_SIMD allows") {
  const InstructionSet allowed = widest_allowed(std::getenv("UNETPP_SIMD")), used = instruction_set();
  CHECK(supports(used));
  CHECK(used <= allowed);
  for (const InstructionSet set : instruction_sets) CHECK_FALSE((set > used && set <= allowed && supports(set)));
  CHECK(&micro_kernels() == &micro_kernels(used));
}

TEST_CASE("an instruction set's vectors are as wide as it has them") {
  if (has_micro_kernels) CHECK(micro_kernels(InstructionSet::baseline).panel == 8);
#ifdef UNETPP_X86_SETS
  CHECK(micro_kernels(InstructionSet::avx2).panel == 16);
  CHECK(micro_kernels(InstructionSet::avx512).panel == 32);
  CHECK(&micro_kernels(InstructionSet::amx) == &micro_kernels(InstructionSet::avx512));
#endif
}

}  // namespace instruction_set_test
