#include "unetpp/core/cpu_quota.hpp"

#include <string>
#include <utility>
#include <vector>

#include "../catch.hpp"
#include "../io/fixtures.hpp"

namespace cpu_quota_test {

using unetpp::detail::cpu_quota;

namespace {

/// The quota on a system with these files.
int quota_of(const std::vector<std::pair<std::string, std::string>>& files) {
  const io_tests::TemporaryFolder root;
  for (const auto& [name, text] : files) io_tests::put(root.path() / name, text);
  return cpu_quota(root.path().string());
}

/// Version 2, with the text of the only group.
int quota_of_text(const std::string& text) {
  return quota_of({{"proc/self/cgroup", "0::/\n"}, {"sys/fs/cgroup/cpu.max", text}});
}

}  // namespace

TEST_CASE("a quota of control groups, version 2, is rounded up to cores") {
  CHECK(quota_of_text("200000 100000\n") == 2);
  CHECK(quota_of_text("200001 100000\n") == 3);
  CHECK(quota_of_text("150000 100000\n") == 2);
  CHECK(quota_of_text("1000 100000\n") == 1);
  CHECK(quota_of_text("max 100000\n") == 0);
}

TEST_CASE("texts that are no quota mean that there is none") {
  for (const char* text : {"", "\n", "max", "nonsense", "100000", "100000 ", "100000 x", "-1 100000", "0 100000",
                           "100000 0", "100000 -5", "+100000 100000", "100000\t100000", "1e5 100000", "5x 100000"}) {
    CAPTURE(text);
    CHECK(quota_of_text(text) == 0);
  }
  CHECK(quota_of_text("99999999999999999999999 1\n") > 1000);  // as good as none
}

TEST_CASE("the smallest quota counts of the process's own group and those around it") {
  const std::pair<std::string, std::string> own{"proc/self/cgroup", "0::/outer/inner\n"};
  const auto of = [&](const char* whole, const char* outer, const char* inner) {
    return quota_of({own,
                     {"sys/fs/cgroup/cpu.max", whole},
                     {"sys/fs/cgroup/outer/cpu.max", outer},
                     {"sys/fs/cgroup/outer/inner/cpu.max", inner},
                     {"sys/fs/cgroup/other/cpu.max", "100000 100000\n"}});
  };
  CHECK(of("max 100000\n", "max 100000\n", "300000 100000\n") == 3);
  CHECK(of("max 100000\n", "200000 100000\n", "300000 100000\n") == 2);
  CHECK(of("400000 100000\n", "max 100000\n", "max 100000\n") == 4);
}

TEST_CASE("groups that are not to be seen in a container leave those that are") {
  CHECK(quota_of({{"proc/self/cgroup", "0::/docker/4711\n"}, {"sys/fs/cgroup/cpu.max", "200000 100000\n"}}) == 2);
  CHECK(quota_of({{"proc/self/cgroup", "4:cpu,cpuacct:/docker/4711\n"},
                  {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "200000\n"},
                  {"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"}}) == 2);
}

TEST_CASE("a quota of control groups, version 1, is two files of the group of the controller cpu") {
  const auto of = [](const std::string& mounted, const char* quota, const char* period) {
    return quota_of({{"proc/self/cgroup", "9:name=systemd:/a\n3:cpuset:/b\n2:cpu,cpuacct:/job\n0::/\n"},
                     {"sys/fs/cgroup/cpuset/b/cpu.cfs_quota_us", "100000\n"},
                     {"sys/fs/cgroup/cpuset/b/cpu.cfs_period_us", "100000\n"},
                     {"sys/fs/cgroup/" + mounted + "/job/cpu.cfs_quota_us", quota},
                     {"sys/fs/cgroup/" + mounted + "/job/cpu.cfs_period_us", period}});
  };
  for (const char* mounted : {"cpu", "cpu,cpuacct"}) {
    CHECK(of(mounted, "250000\n", "100000\n") == 3);
    CHECK(of(mounted, "50000\n", "50000\n") == 1);
    CHECK(of(mounted, "-1\n", "100000\n") == 0);
    CHECK(of(mounted, "250000\n", "") == 0);
    CHECK(of(mounted, "", "100000\n") == 0);
  }
}

TEST_CASE("systems without control groups, or with broken lists of them, have no quota") {
  CHECK(quota_of({}) == 0);
  CHECK(quota_of({{"sys/fs/cgroup/cpu.max", "100000 100000\n"}}) == 0);
  for (const char* list :
       {"", "\n\n", ":", "::", "0::", "0::\n", "0::relative\n", "cpu\n", "1:cpu\n0:", "7:cpuset:/\n"}) {
    CAPTURE(list);
    CHECK(quota_of({{"proc/self/cgroup", list}, {"sys/fs/cgroup/cpu.max", "100000 100000\n"}}) == 0);
  }
}

TEST_CASE("the last line of the list of groups may lack its end") {
  CHECK(quota_of({{"proc/self/cgroup", "0::/job"}, {"sys/fs/cgroup/job/cpu.max", "100000 100000"}}) == 1);
}

}  // namespace cpu_quota_test
