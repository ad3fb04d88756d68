#!/usr/bin/env bash
# bare.sh 12|13 [FOLDER]: makes a bare Debian 12 or 13 in a folder (debootstrap, as root), clones HEAD into it and runs the
# README's two commands there as they stand; ends with status 0 where both pass. Without FOLDER the system is removed in
# the end; in a FOLDER it stays, and another call goes on in it. Packages come from where this machine's apt and pip take
# theirs. The photographs of $UNETPP_PETS, or ../shared/pets, are lent to it.
set -eu
case ${1:-} in
  12) suite=bookworm ;;
  13) suite=trixie ;;
  *) echo "usage: bare.sh 12|13 [FOLDER]" >&2; exit 2 ;;
esac
[ "$(id -u)" -eq 0 ] || { echo "bare.sh: only root can make a system in a folder" >&2; exit 1; }
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${2:-$(mktemp -d)}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
trap 'kill -KILL $(jobs -p) 2>/dev/null; exit 1' HUP INT TERM
[ $# -gt 1 ] || trap 'rm -rf "$folder"' EXIT
system=$folder/system
pets=${UNETPP_PETS:-$root/../shared/pets}
[ -d "$pets/images" ] || pets=

# All that is mounted for a command, and all that it leaves running, ends with it: it has namespaces of its own.
make_system() {
  "$root/cmake/packages.sh" debootstrap debian-archive-keyring
  local mirror proxy=
  # shellcheck disable=SC2016 # apt's words, not ours
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  [ -z "$proxy" ] || export http_proxy=$proxy
  rm -rf "$system"
  # shellcheck disable=SC2086 # without a mirror debootstrap takes its own
  unshare --mount debootstrap --variant=minbase "$suite" "$system" $mirror >"$folder/log" 2>&1 ||
    { tail -n 20 "$folder/log"; echo "bare.sh: debootstrap failed: see $folder/log"; return 1; }
  apt-config dump | grep -E '^Acquire::(https?|Check-)' >"$system/etc/apt/apt.conf.d/90host" || true
  cp -rL /usr/local/share/ca-certificates "$system/usr/local/share/" # the package ca-certificates puts them to use
  cp -L /etc/hosts /etc/resolv.conf "$system/etc/"
  [ ! -e /etc/pip.conf ] || cp -L /etc/pip.conf "$system/etc/"
  mkdir "$system/srv/pets"
  git clone -q "$root" "$system/srv/unetpp"
}

# inside COMMAND: in the clone, with nothing of this environment but how to reach packages.
inside() {
  local kept
  mapfile -t kept < <(env | grep -iE '^(pip_[a-z_]+|(https?|no)_proxy|(ssl|curl|requests)_[a-z_]+)=')
  # shellcheck disable=SC2016 # for the shell in the namespaces
  exec unshare --mount --pid --fork --kill-child --mount-proc="$system/proc" bash -euc '
    system=$1 pets=$2
    shift 2
    mount --rbind /dev "$system/dev"
    if [ -n "$pets" ]; then
      mount --bind "$pets" "$system/srv/pets"
      mount -o remount,bind,ro "$system/srv/pets"
    fi
    exec chroot "$system" "$@"' bash "$system" "$pets" env -i "${kept[@]}" HOME=/root LANG=C.UTF-8 \
    PATH=/usr/sbin:/usr/bin:/sbin:/bin UNETPP_PETS=/srv/pets bash -euc "cd /srv/unetpp; $1"
}

if [ -e "$system/srv/unetpp" ]; then
  echo "bare.sh: goes on in $system, which is not bare any more"
  git -C "$system/srv/unetpp" fetch -q "$root" HEAD
  git -C "$system/srv/unetpp" reset -q --hard FETCH_HEAD
else
  echo "bare.sh: makes a bare Debian $1 in $system"
  make_system
fi
mapfile -t commands < <(sed -n '/^## Two commands/,/^## /{/^```sh/,/^```/{/^```/d;s/ *#.*//p}}' "$root/README.md" | head -n 2)
[ "${#commands[@]}" -eq 2 ] || { echo "bare.sh: the README has no two commands"; exit 1; }
failed=0
for command in "${commands[@]}"; do
  SECONDS=0 status=0
  inside "$command" &
  wait $! || status=$?
  [ "$status" -eq 0 ] && result=passed || result="FAILED with status $status" failed=1
  echo "bare.sh: Debian $1: $command: $result after $SECONDS s"
done
exit "$failed"
