import type { Command } from 'commander'

/** Two or three examples for the help of each command, by its name; with its parent's where two have one name. */
const examples: Readonly<Record<string, readonly string[]>> = {
  minilake: ['minilake demo', 'minilake init', 'minilake query hourly --table turbine --format csv'],
  demo: ['minilake demo', 'minilake demo --profile stack'],
  init: ['minilake init', 'minilake init readings.csv --zone Europe/Berlin'],
  generate: [
    'minilake generate --days 30',
    'minilake generate --table pump_daily --pumps 20 --from 2026-01-01 --to 2026-01-31 --interval 1m',
    'minilake generate --target s3://iot-time-series --scenario busy',
  ],
  import: [
    'minilake import readings.csv --table turbine',
    "minilake import *.csv.gz --map 'Time=event_timestamp' --zone Europe/Berlin --null-text NA",
    'cat readings.ndjson | minilake import - --input-format ndjson --time-format epoch-ms',
    'minilake import readings.csv --out out && minilake ingest',
  ],
  ingest: [
    'minilake ingest',
    'minilake ingest data --verify sample',
    'minilake ingest --watch --profile stack',
  ],
  stream: [
    'minilake stream kafka://127.0.0.1:9092/pump-readings --table pump_daily',
    'minilake stream kafka://127.0.0.1:9092/pump-readings --table pump_daily --until-caught-up --profile stack',
  ],
  catalog: [
    'minilake catalog --print',
    'minilake catalog --profile stack',
    'minilake catalog --duckdb lake.duckdb',
  ],
  query: ['minilake query hourly', 'minilake query sql "SELECT count(*) FROM hive.iot_dw.pump"'],
  hourly: [
    'minilake query hourly --columns pressure,speed --from 2026-01-02 --to 2026-01-03',
    'minilake query hourly --table turbine --format csv',
  ],
  windows: [
    "minilake query windows --table pump_daily --by pump_id --select 'pressure:avg,max,p95; speed:avg' --every 1h",
    `minilake query windows --table pump_daily --where "pump_id = 'pump-0007'" --last 24h --every 15m --fill linear`,
    'minilake query windows --every day --zone Europe/Berlin --format csv',
  ],
  alarms: [
    'minilake alarms --table pump_daily --from 2026-01-01 --to 2026-01-07',
    'minilake alarms --column speed --above 1500 --deadband 10 --on-delay 30s',
    'minilake alarms --rows --format csv',
  ],
  kpi: [
    'minilake alarms kpi',
    'minilake alarms kpi --table pump_daily --limits perDay=150,staleHours=12 --json',
  ],
  quality: [
    'minilake quality --table pump_daily --ranges pressure=0:400,velocity=0:6,speed=0:3000',
    'minilake quality --list --checks gap,stuck --stuck 60s --from 2026-01-02 --to 2026-01-02',
    'minilake quality --table turbine --interval 1s -o quality.csv',
  ],
  sql: [
    'minilake query sql "SELECT count(*) FROM hive.iot_dw.pump"',
    'minilake query sql -f peaks.sql -o peaks.parquet',
    'echo "SELECT 1" | minilake query sql -',
  ],
  'minilake sql': ['minilake sql', 'minilake sql --profile stack', 'minilake sql < statements.sql'],
  verify: ['minilake verify', 'minilake verify --table pump_daily --profile stack'],
  status: ['minilake status', 'minilake status --profile stack --json'],
  files: ['minilake files', 'minilake files --table turbine --from 2026-01-01 --to 2026-01-07 --format csv'],
  report: [
    'minilake report',
    'minilake report --table turbine --from 2026-01-10 --to 2026-01-16 -o turbine-week.html',
  ],
  config: ['minilake config', 'minilake config --profile stack --json'],
  doctor: ['minilake doctor', 'minilake doctor --deep', 'minilake doctor --profile stack'],
  remove: [
    'minilake remove --table pump_daily --from 2026-01-05 --to 2026-01-05',
    'minilake remove --table turbine --import 3f9c2a1be07d4458 --yes',
    `minilake remove --table turbine --from 2026-01-05T10:00 --where "turbine_id = 't7' AND power > 3000"`,
    'minilake remove --expired --yes',
  ],
  drop: ['minilake drop --table turbine --profile stack', 'minilake drop --table turbine --data --yes'],
  rewrite: [
    'minilake rewrite --table turbine',
    'minilake rewrite --table turbine --map power=load --drop note --yes',
  ],
  snapshots: [
    'minilake snapshots --table turbine --profile stack',
    'minilake snapshots --table turbine --json',
  ],
  rollback: [
    'minilake rollback --table turbine --snapshot 4257307251553636724',
    'minilake rollback --table turbine --snapshot 4257307251553636724 --yes',
  ],
  maintain: [
    'minilake maintain --table turbine --profile stack',
    'minilake maintain --table turbine --expire-after 30d',
  ],
  convert: ['minilake convert --table turbine --profile stack'],
  clean: ['minilake clean', 'minilake clean --yes'],
  up: ['minilake up', 'minilake up --native', 'minilake up --with kafka'],
  down: ['minilake down', 'minilake down --volumes --yes'],
  completion: [
    'minilake completion bash >> ~/.bashrc',
    'minilake completion zsh > ~/.zfunc/_minilake',
    'minilake completion fish > ~/.config/fish/completions/minilake.fish',
  ],
}

/** The examples of a command as the end of its help. */
export function examplesOf(command: Command): string {
  const name = command.name()
  const lines = examples[`${command.parent?.name()} ${name}`] ?? examples[name] ?? []
  return lines.length === 0 ? '' : `\nExamples:\n${lines.map((line) => `  ${line}\n`).join('')}`.trimEnd()
}
