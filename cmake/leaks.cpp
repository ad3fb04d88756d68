// clang's OpenMP runtime keeps memory of its threads that it never frees.

extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libomp.so"; }
