#!/usr/bin/env bash
# Lays out what a class on this server needs; call it again at any time. Run as root:
#   deploy/jupyterhub/prepare.sh TEACHER STUDENT...
# Makes the users that are missing (set their passwords with passwd), the exchange, and the teacher's course.
set -euo pipefail
refuse() { echo "$*" >&2; exit 2; }
[ "$(id -u)" = 0 ] || refuse "run this as root: it makes users and folders"
[ $# -ge 1 ] || refuse "give the teacher's name, then the students'"
here=$(cd "$(dirname "$0")" && pwd)
state=${CLASS_STATE:-/srv/ia3_class}
group=${CLASS_GROUP:-ia3class}
teacher=$1
exchange=$state/exchange

# Whoever is named first gets the exchange and all sources with their solutions.
if [ -e "$exchange/ia3" ] && [ "$(stat -c %U "$exchange/ia3")" != "$teacher" ]; then
  refuse "$(stat -c %U "$exchange/ia3") is the teacher of this class, not $teacher: the teacher's name comes first"
fi

getent group "$group" >/dev/null || groupadd "$group"
for name in "$@"; do
  id "$name" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$name"
  usermod --append --groups "$group" "$name"
  chmod 700 "$(getent passwd "$name" | cut -d: -f6)" # no student reads another's files
done

install -d -m 755 "$state" "$state/etc"
cp -R "$here/etc/." "$state/etc/"
chmod -R a+rX "$state/etc"
install -m 644 "$here/jupyterhub_config.py" "$state/"
# nbgrader asks for folders that all may write to; by the sticky bit nobody replaces what is another's inside
install -d -m 1777 "$exchange"
install -d -m 755 -o "$teacher" "$exchange/ia3"
install -d -m 3733 -o "$teacher" -g "$(id -g "$teacher")" "$exchange/ia3/inbound"

home=$(getent passwd "$teacher" | cut -d: -f6)
source=$home/ia3_class/source
for set in "$here"/../../notebooks/assignments/*.ipynb; do
  name=$(basename "$set" .ipynb)
  if [ ! -e "$source/$name/$name.ipynb" ]; then
    install -d -o "$teacher" -g "$(id -g "$teacher")" "$home/ia3_class" "$source" "$source/$name"
    install -m 600 -o "$teacher" -g "$(id -g "$teacher")" "$set" "$source/$name/$name.ipynb"
  fi
done
(cd "$home/ia3_class" && runuser -u "$teacher" -- env PATH="$PATH" JUPYTER_CONFIG_PATH="$state/etc/all" \
  CLASS_STATE="$state" HOME="$home" python - "${@:2}" <"$here/add_students.py")
echo "The class is laid out: course in $home/ia3_class, exchange in $exchange."
