#pragma once
// stb's decoders of GIF and BMP and its encoders, private to each translation unit: two programs' worth of stb can be
// linked together.
//
// Do not include stb_image.h or stb_image_write.h in the same translation unit: their include guards would hide this
// configuration, or their implementation would be there twice.

#include "unetpp/io/image/stb_memory.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wold-style-cast"

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_ONLY_GIF
#define STBI_ONLY_BMP
#define STBI_MALLOC(size) unetpp::detail::stb_allocate(size)
#define STBI_REALLOC_SIZED(block, old_size, size) unetpp::detail::stb_reallocate(block, old_size, size)
#define STBI_FREE(block) std::free(block)
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#if __has_include(<stb/stb_image.h>)
#include <stb/stb_image.h>
#include <stb/stb_image_write.h>
#else
#include <stb_image.h>
#include <stb_image_write.h>
#endif
#undef STB_IMAGE_IMPLEMENTATION
#undef STB_IMAGE_STATIC
#undef STBI_NO_STDIO
#undef STBI_ONLY_GIF
#undef STBI_ONLY_BMP
#undef STBI_MALLOC
#undef STBI_REALLOC_SIZED
#undef STBI_FREE
#undef STB_IMAGE_WRITE_IMPLEMENTATION
#undef STB_IMAGE_WRITE_STATIC
#undef STBI_WRITE_NO_STDIO

#pragma GCC diagnostic pop
