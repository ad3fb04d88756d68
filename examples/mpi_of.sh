#!/usr/bin/env bash
# mpi_of.sh ARGUMENT...: which MPI a program's processes talk over, openmpi or mpich: that of --mpi, or of the mpirun that is
# there, or Open MPI; what is missing of it is installed.
set -eu
mpi=
while [ $# -gt 0 ]; do
  case $1 in
    --mpi) mpi=${2-} ;;
    --mpi=*) mpi=${1#*=} ;;
  esac
  shift
done
there=
! command -v mpirun >/dev/null || case $(mpirun --version 2>&1) in
  *HYDRA* | *MPICH*) there=mpich ;;
  *) there=openmpi ;;
esac
[ -n "$mpi" ] || mpi=${there:-openmpi}
case $mpi in
  openmpi) packages=(libopenmpi-dev openmpi-bin) ;;
  mpich) packages=(libmpich-dev mpich) ;;
  *)
    echo "--mpi: expected openmpi or mpich, found $mpi" >&2
    exit 2
    ;;
esac
# Debian has both side by side, each by its name.
{ command -v "mpirun.$mpi" && command -v "mpicxx.$mpi"; } >/dev/null ||
  { [ "$mpi" = "$there" ] && command -v mpicxx >/dev/null; } ||
  "$(dirname "$0")/../cmake/packages.sh" "${packages[@]}" >&2
echo "$mpi"
