#!/usr/bin/env bash
# Installs what is missing, builds inspect in Release and runs it with the arguments given (--help lists them).
exec "$(dirname "$0")/../run.sh" inspect "$@"
