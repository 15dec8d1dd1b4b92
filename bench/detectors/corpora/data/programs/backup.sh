#!/usr/bin/env bash
# Back up a folder, keep the last seven archives.
set -euo pipefail

source_dir=${1:?"usage: backup.sh SOURCE TARGET"}
target_dir=${2:?"usage: backup.sh SOURCE TARGET"}
keep=7

if [[ ! -d "$source_dir" ]]; then
    echo "not a folder: $source_dir" >&2
    exit 1
fi

if [[ ! -d "$target_dir" ]]; then
    echo "not a folder: $target_dir" >&2
    exit 1
fi

stamp=$(date +%Y-%m-%dT%H%M%S)
archive="$target_dir/backup-$stamp.tar.gz"
tar --create --gzip --file "$archive.part" --directory "$source_dir" .
mv "$archive.part" "$archive"

find "$target_dir" -name 'backup-*.tar.gz' | sort | head --lines=-"$keep" | while read -r old; do
    echo "removing $old"
    rm -- "$old"
done

case "${NOTIFY:-none}" in
    mail) echo "backup $archive done" | mail -s backup root ;;
    log) logger "backup $archive done" ;;
    none) ;;
    *) echo "unknown NOTIFY: $NOTIFY" >&2; exit 2 ;;
esac
