#!/bin/sh
# collect-program.sh PROGRAM FOLDER: copies a program and the shared libraries that it links to, without those of the C library, under FOLDER.
set -eu
program=$1
folder=$2
collect() {
    # The folder by its real name: /lib is a link to /usr/lib, which a copy must not replace.
    target="$folder$(readlink -f "$(dirname "$1")")"
    mkdir -p "$target"
    cp -L "$1" "$target/$(basename "$1")"
}
collect "$program"
ldd "$program" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | while read -r library; do
    case "$(basename "$library")" in
        libc.so.* | libm.so.* | libdl.so.* | libpthread.so.* | librt.so.* | libresolv.so.* | libutil.so.*) ;;
        *) collect "$library" ;;
    esac
done
