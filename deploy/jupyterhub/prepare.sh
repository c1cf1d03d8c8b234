#!/usr/bin/env bash
# Lays out what a class on this server needs; call it again at any time. Run as root:
#   deploy/jupyterhub/prepare.sh TEACHER STUDENT...
# Makes the users that are missing (set their passwords with passwd), the exchange, and the teacher's course;
# takes the solutions of the sets out of learners' sight. CLASS_ENVIRONMENT says where the software is, if not
# in /opt/ia3_class or on the PATH.
set -euo pipefail
refuse() { echo "$*" >&2; exit 2; }
[ "$(id -u)" = 0 ] || refuse "run this as root: it makes users and folders"
[ $# -ge 1 ] || refuse "give the teacher's name, then the students'"
here=$(cd "$(dirname "$0")" && pwd)
state=${CLASS_STATE:-/srv/ia3_class}
group=${CLASS_GROUP:-ia3class}
teacher=$1
exchange=$state/exchange
environment=${CLASS_ENVIRONMENT:-/opt/ia3_class}
if [ ! -x "$environment/bin/python" ] && hub=$(command -v jupyterhub); then
  environment=$(dirname "$(dirname "$hub")")
fi
python=$environment/bin/python

# Whoever is named first gets the exchange and all sources with their solutions.
if [ -e "$exchange/ia3" ] && [ "$(stat -c %U "$exchange/ia3")" != "$teacher" ]; then
  refuse "$(stat -c %U "$exchange/ia3") is the teacher of this class: that name comes first, not $teacher"
fi

# As everybody, and away from the clone: what is found is the installed package, by whoever will use it.
asked='import jupyterhub, nbgrader, ia3_teach as own; print(own.__path__[0])'
found=$(cd / && runuser -u nobody -- "$python" -c "$asked" 2>&1) ||
  refuse "not everybody can use the software in $environment (${found##*$'\n'}): see README.md, step 2"
package=${found##*$'\n'}

getent group "$group" >/dev/null || groupadd "$group"
for name in "$@"; do
  id "$name" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$name"
  usermod --append --groups "$group" "$name"
  its=$(getent passwd "$name" | cut -d: -f6)
  chmod 700 "$its" # no student reads another's files
  [ ${#its} -le 45 ] || echo "Note: no kernel will start in $its, whose path is longer than 45 letters." >&2
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
(cd "$home/ia3_class" && runuser -u "$teacher" -- env PATH="$environment/bin:$PATH" JUPYTER_CONFIG_PATH="$state/etc/all" \
  CLASS_STATE="$state" HOME="$home" "$python" - "${@:2}" <"$here/add_students.py")

# The sets with their solutions: the teacher has copies of their own.
find "$package/_shipped/notebooks/assignments" -name 'ps*.ipynb' -exec chmod 600 {} + 2>/dev/null || true
sets=$(cd "$here/../../notebooks/assignments" && pwd)
if runuser -u nobody -- test -r "$sets/ps1.ipynb"; then
  echo "Note: everybody can read the solutions in $sets: close your clone by chmod 700." >&2
fi
echo "The class is laid out: course in $home/ia3_class, exchange in $exchange."
