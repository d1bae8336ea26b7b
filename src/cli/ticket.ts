/** `pipes ticket`: how another machine joins this one, as a line and as a QR code for its camera. */
import type { Command } from 'commander';
import { EXIT } from './exit.ts';
import { createOutput } from './output.ts';
import { ownRelay } from './owner.ts';
import { dataDirOption } from './settings.ts';

interface TicketFlags {
  dataDir: string;
  qr: boolean;
  json?: boolean;
}

export function addTicket(program: Command, finish: (code: number) => void): void {
  program
    .command('ticket')
    .description(
      'Show a ticket of the relay that runs here. Who has it can connect for 30 days: hand it to friends only.',
    )
    .addOption(dataDirOption())
    .option('--no-qr', 'the line alone')
    .option('--json', 'print JSON')
    .action(async (flags: TicketFlags) => finish(await ticket(flags)));
}

async function ticket(flags: TicketFlags): Promise<number> {
  const output = createOutput(flags.json === true);
  const relay = await ownRelay(flags.dataDir);
  const { ticket } = await relay.ask<{ ticket: string }>('GET', '/ticket');
  if (flags.qr && !output.json && process.stdout.isTTY) output.note(await qr(ticket));
  output.data({ ticket }, ticket);
  output.note('On the other machine: pipes connect TICKET');
  return EXIT.ok;
}

/** Upper case, as QR codes pack that tighter; tickets are read in either. */
async function qr(text: string): Promise<string> {
  const { renderUnicodeCompact } = await import('uqr');
  return renderUnicodeCompact(text.toUpperCase(), { ecc: 'L', border: 2 });
}
