#!/bin/sh
# Brings the IRC server that the tests talk to. If the system has one, there is nothing to do; else Debian's own package
# is unpacked into the given folder, with the libraries it lacks: without root, and without starting a service.
set -eu

folder=$1
rounds_max=4

say_why_not() {
	echo "There will be no ngircd for the tests: $1. Install it, and run make test again." >&2
	exit 1
}

PATH="$PATH:/usr/sbin:/usr/local/sbin"
if command -v ngircd >/dev/null || [ -x "$folder/usr/sbin/ngircd" ]; then
	exit 0
fi
for program in apt-get apt-cache dpkg ldd; do
	command -v "$program" >/dev/null || say_why_not "this system has no $program to fetch it with"
done

echo 'Fetching ngircd (only the first time)'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root" "$work/packages" "$work/state/lists/partial" "$work/cache/archives/partial"
# Lists of our own, for where the system's are missing or too old.
own_lists="-o Dir::State=$work/state -o Dir::State::status=/var/lib/dpkg/status -o Dir::Cache=$work/cache"
# Whoever is root would be somebody else for the download, who may not write here.
options="-q -o APT::Sandbox::User="

download() {
	# shellcheck disable=SC2086  # each option is a word of its own
	(cd "$work/packages" && apt-get $options download "$1" >"$work/log" 2>&1)
}

unpack() {
	for package in "$work"/packages/*.deb; do
		dpkg -x "$package" "$root"
		rm "$package"
	done
}

libraries() {
	find "$root" -type d -name '*-linux-*' | tr '\n' ':'
}

lacks_libraries() {
	LD_LIBRARY_PATH=$(libraries) ldd "$root/usr/sbin/ngircd" | grep -q 'not found'
}

needed_by() {
	# shellcheck disable=SC2086  # each option is a word of its own
	apt-cache $options depends --important "$1" | sed -n 's/^ *|\{0,1\}\(Pre\)\{0,1\}Depends: \([^<>]*\)$/\2/p'
}

if ! download ngircd; then
	options="$options $own_lists"
	# shellcheck disable=SC2086  # each option is a word of its own
	apt-get $options update >"$work/log" 2>&1 || say_why_not "apt-get update failed: $(tail -n 1 "$work/log")"
	download ngircd || say_why_not "apt-get download failed: $(tail -n 1 "$work/log")"
fi
unpack

known=' ngircd '
latest=ngircd
round=0
while lacks_libraries && [ "$round" -lt "$rounds_max" ]; do
	round=$((round + 1))
	next=
	for package in $latest; do
		for needed in $(needed_by "$package"); do
			case "$known" in *" $needed "*) continue ;; esac
			known="$known$needed "
			if ! dpkg -s "$needed" >/dev/null 2>&1 && download "$needed"; then
				next="$next $needed"
			fi
		done
	done
	[ -n "$next" ] || break
	unpack
	latest=$next
done

LD_LIBRARY_PATH=$(libraries) "$root/usr/sbin/ngircd" --version >"$work/log" 2>&1 ||
	say_why_not "the one that was fetched does not run: $(tail -n 1 "$work/log")"
mkdir -p "$(dirname "$folder")"
rm -rf "$folder" "$folder.new"
# Across file systems a move takes a while, and half of it would look like all of it.
mv "$root" "$folder.new"
mv "$folder.new" "$folder"
