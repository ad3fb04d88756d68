#pragma once
// What the programs' main() have in common: a command line, and one line for each way to fail.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <exception>
#include <new>
#include <string>
#include <unetpp/kernels/instruction_set.hpp>
#include <vector>

#include "messages.hpp"

namespace examples {

/// What --help says is a screen: it leaves out the options of other groups than the first, which --help all has, too.
/// Returns  the arguments without "all".
inline std::vector<std::string> arguments_of(CLI::App& app, int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto help = std::find(arguments.begin(), arguments.end(), "--help");
  const bool all = help != arguments.end() && help + 1 != arguments.end() && help[1] == "all";
  if (all) arguments.erase(help + 1);
  if (help != arguments.end() && !all) {  // otherwise errors would not name the options that are left out
    app.footer("--help all lists more options.");
    for (CLI::Option* option : app.get_options())
      if (option->get_group() != "Options") option->group("");
  }
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  return arguments;
}

/// Parses the command line and calls run(). Returns the exit status: that of run(), 2 for a wrong command line, 1 for
/// any other error.
template <class Run>
int run_main(CLI::App& app, int argc, char** argv, const Run& run) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file too large for its limit is then an error of write(), like a full disk
  const auto fail = [&](int status, const std::string& error) {
    complain(app.get_name(), error);
    return status;
  };
  try {
    app.parse(arguments_of(app, argc, argv));
    unetpp::kernels::instruction_set();  // an error in UNETPP_SIMD is found before anything is written
    return run();
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return fail(2, error.what() + std::string(" (--help lists the options)"));
  } catch (const std::bad_alloc&) {
    const bool batches = app.get_option_no_throw("--batch") != nullptr;
    return fail(1, std::string("not enough memory") + (batches ? "; a smaller --batch needs less" : ""));
  } catch (const std::exception& error) {
    return fail(1, error.what());
  }
}

}  // namespace examples
