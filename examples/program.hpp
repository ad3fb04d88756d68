#pragma once
// Runs another program without a shell, so that no path needs quoting, and hands back what it said.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>
#include <unetpp/core/error.hpp>
#include <vector>

extern char** environ;

namespace examples {

/// A program to run: looked up in PATH, its standard input read from a file.
struct Program {
  std::string name;
  std::vector<std::string> arguments;
  std::string package;  // Debian's, named when the program is missing
  std::filesystem::path input = "/dev/null";
  int captured = STDERR_FILENO;  // the stream to hand back; the other ones are this process's; -1 is none
};

struct ProgramResult {
  int status;          // exit status, or 128 + the signal that ended it
  std::string output;  // of the captured stream
};

namespace detail {

/// What posix_spawn is told of the child's files; released at the end.
struct SpawnFiles {
  posix_spawn_file_actions_t actions;
  SpawnFiles() { posix_spawn_file_actions_init(&actions); }
  ~SpawnFiles() { posix_spawn_file_actions_destroy(&actions); }
  SpawnFiles(const SpawnFiles&) = delete;
  SpawnFiles& operator=(const SpawnFiles&) = delete;
};

/// Reads a pipe to its end and closes it.
inline std::string drain(int pipe) {
  std::string text;
  std::array<char, 4096> piece;
  for (ssize_t n = 0; (n = read(pipe, piece.data(), piece.size())) != 0;) {
    if (n > 0)
      text.append(piece.data(), static_cast<std::size_t>(n));
    else if (errno != EINTR)
      break;
  }
  close(pipe);
  return text;
}

}  // namespace detail

/// Runs a program and waits for its end.
/// Errors  FileError when it cannot be started, naming the package that has it.
inline ProgramResult run(const Program& program) {
  std::vector<std::string> words{program.name};
  words.insert(words.end(), program.arguments.begin(), program.arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    throw unetpp::FileError(program.name + ": cannot make a pipe: " + std::generic_category().message(errno));
  detail::SpawnFiles files;
  posix_spawn_file_actions_addopen(&files.actions, STDIN_FILENO, program.input.c_str(), O_RDONLY, 0);
  if (program.captured >= 0) posix_spawn_file_actions_adddup2(&files.actions, ends[1], program.captured);
  pid_t child = 0;
  const int failure = posix_spawnp(&child, program.name.c_str(), &files.actions, nullptr, argv.data(), environ);
  close(ends[1]);
  std::string output = detail::drain(ends[0]);
  const auto missing = [&] {
    return unetpp::FileError(program.name + ": expected this program in PATH, found none (apt install " +
                             program.package + ")");
  };
  if (failure == ENOENT && std::filesystem::exists(program.input)) throw missing();
  if (failure != 0)
    throw unetpp::FileError(program.name + " < " + program.input.string() +
                            ": cannot start: " + std::generic_category().message(failure));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (code == 127) throw missing();
  return {code, std::move(output)};
}

}  // namespace examples
