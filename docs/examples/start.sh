# Starts the little house of the tours: four people, two invented brokers, one server.
# Read it into your shell at the top of the repository:  source docs/examples/start.sh
# The tour of operations does the same step by step. What an earlier tour left is removed.

source .venv/bin/activate
export TRADEOMS_CONFIG=var/tour/tradeoms.toml

rm -rf var/tour
mkdir -p var/tour
cp docs/examples/*.toml docs/examples/*.json var/tour
# Prices of record are as old as they say. These are given the time of now.
sed "s/2022-12-27T21:00:00Z/$(date -u +%FT%TZ)/" docs/examples/reference.json > var/tour/reference.json

for person in olga:operations carl:compliance paula:pm tom:trader; do
    tradeoms keys new ${person%:*} --role ${person#*:} > var/tour/keys.log
done

# Waits until the job that was just started says that it is ready, or shows why it has ended.
ready() {
    until grep -qsx ready "$1"; do
        kill -0 $! 2> /dev/null || { cat "$1"; return 1; }
        sleep 0.1
    done
}

tradeoms sim --config var/tour/sim.toml > var/tour/sim.log 2>&1 &
ready var/tour/sim.log || return 1
tradeoms serve > var/tour/serve.log 2>&1 &
ready var/tour/serve.log || return 1

tradeoms send var/tour/reference.json var/tour/opening.json --user olga
tradeoms send var/tour/limits.json --user carl
