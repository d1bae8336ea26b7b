/** The way in, in German. */
import type { page as en } from '../en/page.ts';

export const page: typeof en = {
  product: 'Pipes',
  welcome: {
    title: 'Willkommen bei Pipes',
    label: 'Dein Name',
    hint: 'So sehen dich die anderen. Du kannst ihn später ändern.',
    difference:
      'Deine Nachrichten werden auf diesem Gerät versiegelt; das Relay, das sie weiterreicht, sieht nur Verschlüsseltes.',
    enter: 'Los geht’s',
    entering: 'Wird eingerichtet …',
    missing: 'Bitte gib einen Namen ein.',
  },
  opening: 'Wird geöffnet …',
  insecure: {
    title: 'Diese Seite braucht eine sichere Verbindung',
    why: 'Browser geben die Kryptografie, die deine Nachrichten versiegelt, nur Seiten, die über https oder von localhost geöffnet wurden. Ohne sie wäre hier nichts vertraulich, deshalb startet Pipes nicht.',
    cure: 'So lässt es sich beheben',
    local: 'Wenn das Relay auf diesem Computer läuft, öffne',
    remote: 'Öffne die Seite sonst über https. Wer das Relay betreibt, kann dafür ein Zertifikat einrichten.',
  },
  failed: {
    title: 'Pipes konnte nicht starten',
    retry: 'Erneut versuchen',
    hint: 'Nichts ist verloren: Was auf diesem Gerät gespeichert ist, bleibt dort.',
  },
  retry: 'Erneut versuchen',
  tabPerson: 'Dieser Tab ist eine andere Person, zum Ausprobieren. Sie verschwindet, wenn du den Tab schließt.',
};
