#pragma once
// The processor time that a container may use, in cores: Linux's control groups have it.

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "unetpp/core/compiler.hpp"

namespace unetpp::detail {

/// Another quota than the first where that is none (0), or the smaller one.
constexpr long long smaller_quota(long long a, long long b) { return a == 0 || (b != 0 && b < a) ? b : a; }

/// The beginning of a small file of the system's; empty where there is none to read.
[[gnu::cold]] inline std::string system_text(const std::string& path) {
  std::string text(1 << 14, '\0');
  std::FILE* const file = std::fopen(path.c_str(), "r");
  text.resize(file ? std::fread(text.data(), 1, text.size(), file) : 0);
  if (file) std::fclose(file);
  return text;
}

/// The number that a text begins with, if a space or the end comes after it; else 0.
[[gnu::cold]] inline long long leading_number(const char*& text) {
  if (!std::isdigit(static_cast<unsigned char>(*text))) return 0;
  char* end = nullptr;
  const long long number = std::strtoll(text, &end, 10);
  if (*end != '\0' && !std::isspace(static_cast<unsigned char>(*end))) return 0;
  text = end;
  return number;
}

/// The cores of "quota period" in microseconds, rounded up; 0 for another text, as "max 100000" and "-1 100000" are.
[[gnu::cold]] inline long long quota_cores(const std::string& text) {
  const char* rest = text.c_str();
  const long long quota = leading_number(rest);
  if (quota == 0 || *rest != ' ') return 0;
  const long long period = leading_number(++rest);
  return period == 0 ? 0 : (quota - 1) / period + 1;
}

/// The smallest quota of a group and those that it is in, up to where they are mounted.
[[gnu::cold]] inline long long quota_of_groups(const std::string& mount, std::string group) {
  long long cores = 0;
  for (;;) {
    const std::string folder = mount + group + "/", v1 = system_text(folder + "cpu.cfs_quota_us");
    cores = smaller_quota(cores, quota_cores(system_text(folder + "cpu.max")));
    cores = smaller_quota(cores,
                          quota_cores(v1.substr(0, v1.find('\n')) + " " + system_text(folder + "cpu.cfs_period_us")));
    if (group.empty()) return cores;
    group.erase(group.rfind('/'));
  }
}

/// Whether a list such as "cpu,cpuacct" has a name.
[[gnu::cold]] inline bool lists(const std::string& list, const std::string& name) {
  return ("," + list + ",").find("," + name + ",") != std::string::npos;
}

/// Cores' worth of time that this process's control groups grant it, rounded up; 0 where there is no quota, or none that
/// can be read. `root` is put before the paths of the system's files.
/// Source  cgroups(7); the kernel's documentation of the controller "cpu", versions 1 and 2.
[[gnu::cold]] inline int cpu_quota(const std::string& root = "") {
  const std::string groups = system_text(root + "/proc/self/cgroup"), mounts = root + "/sys/fs/cgroup";
  long long cores = 0;
  for (std::size_t begin = 0, end; begin < groups.size(); begin = end + 1) {  // lines ID:CONTROLLERS:GROUP
    end = std::min(groups.find('\n', begin), groups.size());
    const std::size_t first = groups.find(':', begin), second = groups.find(':', first + 1);
    if (first >= end || second >= end || groups[second + 1] != '/') continue;
    const std::string list = groups.substr(first + 1, second - first - 1);
    std::string group = groups.substr(second + 1, end - second - 1);
    if (group == "/") group.clear();
    if (list.empty())
      cores = smaller_quota(cores, quota_of_groups(mounts, group));
    else if (lists(list, "cpu"))
      for (const std::string& mounted : {list, std::string("cpu")})
        cores = smaller_quota(cores, quota_of_groups(mounts + "/" + mounted, group));
  }
  return static_cast<int>(std::min<long long>(cores, 1 << 20));
}

}  // namespace unetpp::detail
