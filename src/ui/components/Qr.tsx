/** A text as a QR code; an empty place of its size until the encoder is there. */
import { useEffect, useState } from 'preact/hooks';
import { type QrCode, qrCode } from '../qr.ts';

export function Qr({ text, label }: { text: string; label: string }) {
  const [code, setCode] = useState<QrCode | undefined>(undefined);
  useEffect(() => {
    let gone = false;
    void qrCode(text).then((made) => gone || setCode(made));
    return () => {
      gone = true;
    };
  }, [text]);
  return (
    <div class="qr">
      {code && (
        <svg viewBox={`0 0 ${code.size} ${code.size}`} role="img" aria-label={label}>
          <path d={code.path} />
        </svg>
      )}
    </div>
  );
}
