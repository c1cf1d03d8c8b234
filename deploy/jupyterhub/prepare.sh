#!/usr/bin/env bash
# Lays out what a class on this server needs; call it again at any time. Run as root:
#   deploy/jupyterhub/prepare.sh TEACHER STUDENT...
# Makes the users that are missing (set their passwords with passwd), the exchange, and the teacher's course.
set -euo pipefail
[ "$(id -u)" = 0 ] || { echo "run this as root: it makes users and folders" >&2; exit 2; }
[ $# -ge 1 ] || { echo "give the teacher's name, then the students'" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
state=${CLASS_STATE:-/srv/ia3_class}
group=${CLASS_GROUP:-ia3class}
teacher=$1

getent group "$group" >/dev/null || groupadd "$group"
for name in "$@"; do
  id "$name" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$name"
  usermod --append --groups "$group" "$name"
  chmod 700 "$(getent passwd "$name" | cut -d: -f6)" # no student reads another's files
done

install -d -m 755 "$state" "$state/etc"
cp -R "$here/etc/." "$state/etc/"
chmod -R a+rX "$state/etc"
install -d -m 777 "$state/exchange" # nbgrader asks for this; the folders that it makes inside are stricter
install -d -m 755 -o "$teacher" "$state/exchange/ia3"

home=$(getent passwd "$teacher" | cut -d: -f6)
source=$home/ia3_class/source
for set in "$here"/../../notebooks/assignments/*.ipynb; do
  name=$(basename "$set" .ipynb)
  if [ ! -e "$source/$name/$name.ipynb" ]; then
    install -d -o "$teacher" -g "$teacher" "$home/ia3_class" "$source" "$source/$name"
    install -m 600 -o "$teacher" -g "$teacher" "$set" "$source/$name/$name.ipynb"
  fi
done
(cd "$home/ia3_class" && runuser -u "$teacher" -- env PATH="$PATH" JUPYTER_CONFIG_PATH="$state/etc/all" \
  CLASS_STATE="$state" HOME="$home" python - "${@:2}" <"$here/add_students.py")
echo "The class is laid out: course in $home/ia3_class, exchange in $state/exchange."
