/** QR codes as one path of an SVG, a unit to the module. The encoder is loaded when the first one is shown. */
export interface QrCode {
  /** Modules on a side, the quiet border included. */
  readonly size: number;
  readonly path: string;
}

const BORDER = 3;

export async function qrCode(text: string): Promise<QrCode> {
  const { encode } = await import('uqr');
  const { size, data } = encode(text, { ecc: 'M', border: BORDER });
  return { size, path: data.flatMap((row, y) => runs(row, y)).join('') };
}

/** Dark modules side by side are one rectangle. */
function runs(row: readonly boolean[], y: number): string[] {
  const found: string[] = [];
  for (let x = 0; x < row.length; x++) {
    if (!row[x]) continue;
    const from = x;
    while (row[x + 1]) x++;
    found.push(`M${from} ${y}h${x + 1 - from}v1h-${x + 1 - from}z`);
  }
  return found;
}
