/**
 * Counts and times for /metrics. Counting costs a few additions; the library that prints them is loaded with the
 * first scrape, so that a relay that nobody watches does not carry it.
 */
import type { Measure } from '../runtime/house.ts';

export interface Histogram {
  observe(ms: number): void;
}

/** Numbers of one kind, told apart by one label. */
export interface Series {
  readonly name: string;
  readonly kind: 'gauge' | 'counter';
  readonly help: string;
  /** By label. */
  readonly values: ReadonlyMap<string, number>;
}

export interface Metrics {
  /** stored, duplicate, refused, limited, failed. */
  post(outcome: PostOutcome): void;
  dropped(reason: string): void;
  delivered(messages: number): void;
  readonly postTime: Histogram;
  readonly verifyTime: Histogram;
  readonly commitTime: Histogram;
  /** A number that is read when somebody scrapes. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void;
  /** Numbers that are read when somebody scrapes, under a label of that name. */
  series(label: string, read: () => readonly Series[]): void;
  /** The text exposition format; `others` are the numbers of the installation's other programs. */
  print(others?: readonly Measure[]): Promise<{ type: string; text: string }>;
}

export type PostOutcome = 'stored' | 'duplicate' | 'refused' | 'limited' | 'failed';

const BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000];
const NAMESPACE = 'pipes_relay_';

export function createMetrics(): Metrics {
  const posts = new Map<string, number>();
  const drops = new Map<string, number>();
  let delivered = 0;
  const times = { post: createHistogram(), verify: createHistogram(), commit: createHistogram() };
  const families: { label: string; read: () => readonly Series[] }[] = [];
  const gauges: { name: string; help: string; read: () => number | Promise<number> }[] = [];

  return {
    post: (outcome) => void posts.set(outcome, (posts.get(outcome) ?? 0) + 1),
    dropped: (reason) => void drops.set(reason, (drops.get(reason) ?? 0) + 1),
    delivered(messages) {
      delivered += messages;
    },
    postTime: times.post,
    verifyTime: times.verify,
    commitTime: times.commit,
    gauge: (name, help, read) => void gauges.push({ name, help, read }),
    series: (label, read) => void families.push({ label, read }),
    async print(others = []) {
      const { default: client } = await import('prom-client');
      const registry = new client.Registry();
      client.collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
      const counter = (name: string, help: string, label: string, values: Map<string, number>) => {
        const metric = new client.Counter({
          name: NAMESPACE + name,
          help,
          labelNames: [label],
          registers: [registry],
        });
        for (const [value, count] of values) metric.inc({ [label]: value }, count);
      };
      counter('posts_total', 'Posted messages by outcome', 'outcome', posts);
      counter('streams_dropped_total', 'Streams that were closed for cause', 'reason', drops);
      counter('events_total', 'Messages written to streams', 'kind', new Map([['message', delivered]]));
      for (const { name, help, read } of gauges) {
        new client.Gauge({ name: NAMESPACE + name, help, registers: [registry] }).set(await read());
      }
      for (const { label, read } of families) {
        for (const { name, help, kind, values } of read()) {
          const about = { name: NAMESPACE + name, help, labelNames: [label], registers: [registry] };
          const metric = kind === 'gauge' ? new client.Gauge(about) : new client.Counter(about);
          for (const [value, number] of values) metric.inc({ [label]: value }, number);
        }
      }
      for (const { name, help, kind, read } of others) {
        const labels = { name, help, registers: [registry] };
        if (kind === 'gauge') new client.Gauge(labels).set(await read());
        else new client.Counter(labels).inc(await read());
      }
      const text = await registry.metrics();
      const histograms = Object.entries(times).map(([name, times]) => times.print(`${NAMESPACE}${name}_seconds`));
      return { type: registry.contentType, text: `${text.trimEnd()}\n\n${histograms.join('\n')}` };
    },
  };
}

function createHistogram() {
  const buckets = new Array<number>(BOUNDS_MS.length).fill(0);
  let count = 0;
  let sum = 0;
  return {
    observe(ms: number): void {
      count++;
      sum += ms;
      const at = BOUNDS_MS.findIndex((bound) => ms <= bound);
      if (at >= 0) buckets[at] = (buckets[at] ?? 0) + 1;
    },
    print(name: string): string {
      let below = 0;
      const lines = BOUNDS_MS.map((bound, i) => {
        below += buckets[i] ?? 0;
        return `${name}_bucket{le="${bound / 1000}"} ${below}`;
      });
      const head = [`# HELP ${name} Seconds taken`, `# TYPE ${name} histogram`];
      const tail = [`${name}_bucket{le="+Inf"} ${count}`, `${name}_sum ${sum / 1000}`, `${name}_count ${count}`];
      return [...head, ...lines, ...tail, ''].join('\n');
    },
  };
}
