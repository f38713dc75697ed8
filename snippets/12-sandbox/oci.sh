# OCIのランタイムで、コマンドを動かす。実行: bash oci.sh RUNTIME ROOT COMMAND...
set -e
export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-$(mktemp -d)}
runtime=$1 root=$2 bundle=$(mktemp -d)
shift 2
trap 'rm -r "$bundle"' EXIT
cd "$bundle"
$runtime spec --rootless
python3 -c '
import json, sys
config = json.load(open("config.json"))
config["root"]["path"] = sys.argv[1]
config["process"].update(terminal=False, args=sys.argv[2:])
json.dump(config, open("config.json", "w"))' "$root" "$@"
$runtime run "box-$$" < /dev/null # runcは、標準入力を読んで中に写しつづける
