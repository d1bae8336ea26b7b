/** The list of keys, in Arabic; the names of keys are those that are printed on them. */
import type { keys as en } from '../en/keys.ts';

export const keys: typeof en = {
  keys: {
    title: 'لوحة المفاتيح',
    open: 'اختصارات لوحة المفاتيح',
    close: 'إغلاق',
    or: 'أو',
    groups: { around: 'التنقل', writing: 'أثناء الكتابة', over: 'في اللوحات ومربعات الحوار' },
    uses: {
      search: 'البحث',
      channels: 'القناة أعلاه، القناة أدناه',
      unread: 'القناة التالية ذات الرسائل غير المقروءة، صعودًا أو نزولًا',
      parts: 'الجزء التالي من الصفحة، الجزء السابق',
      write: 'العودة إلى الكتابة',
      list: 'هذه القائمة',
      send: 'إرسال',
      line: 'سطر جديد',
      mention: 'ذكر شخص',
      choose: 'الاختيار من الأسماء المعروضة',
      close: 'إغلاق',
    },
    names: {
      control: 'Ctrl',
      command: '⌘',
      alt: 'Alt',
      option: '⌥',
      shift: 'Shift',
      enter: 'Enter',
      escape: 'Esc',
      tab: 'Tab',
      up: '↑',
      down: '↓',
    },
  },
};
