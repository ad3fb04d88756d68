#!/usr/bin/env bash
# Installs what is missing, compiles train for the network that the arguments and the data ask for (once; --help lists
# them), and trains it.
exec "$(dirname "$0")/../run.sh" train "$@"
