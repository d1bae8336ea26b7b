/** Small PDF files, made by hand: pages with a line of text each, and more objects where a test wants them. */
export interface PdfOptions {
  readonly lines: readonly string[];
  /** Further entries of the catalogue, such as an action. */
  readonly catalogue?: string;
  /** Further entries of each page. */
  readonly page?: string;
  /** Instead of a line of text; a stream object's whole body. */
  readonly content?: Buffer;
  /** Further objects, numbered from 4 + twice the lines on. */
  readonly objects?: readonly (string | Buffer)[];
  /** Further resources of each page. */
  readonly resources?: string;
}

export function pdf({
  lines,
  catalogue = '',
  page = '',
  content,
  objects: more = [],
  resources = '',
}: PdfOptions): Buffer {
  const kids = lines.map((_, index) => `${4 + 2 * index} 0 R`).join(' ');
  const objects: (string | Buffer)[] = [
    `<< /Type /Catalog /Pages 2 0 R ${catalogue} >>`,
    `<< /Type /Pages /Kids [${kids}] /Count ${lines.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  for (const [index, line] of lines.entries()) {
    const box = `/MediaBox [0 0 300 400] /Resources << /Font << /F1 3 0 R >> ${resources} >>`;
    objects.push(`<< /Type /Page /Parent 2 0 R ${box} /Contents ${5 + 2 * index} 0 R ${page} >>`);
    objects.push(content ?? stream(Buffer.from(`BT /F1 24 Tf 30 330 Td (${line}) Tj ET`)));
  }
  return assemble([...objects, ...more]);
}

export const stream = (bytes: Buffer, entries = ''): Buffer =>
  Buffer.concat([Buffer.from(`<< /Length ${bytes.length} ${entries} >>\nstream\n`), bytes, Buffer.from('\nendstream')]);

function assemble(objects: readonly (string | Buffer)[]): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const offsets: number[] = [];
  let at = parts[0]?.length ?? 0;
  for (const [index, object] of objects.entries()) {
    offsets.push(at);
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')]);
    parts.push(part);
    at += part.length;
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R >>\n`;
  return Buffer.concat([...parts, Buffer.from(`${table}startxref\n${at}\n%%EOF\n`)]);
}
