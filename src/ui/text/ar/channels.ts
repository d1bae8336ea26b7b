/** Channels, readers and the search, in Arabic. */
import type { channels as en } from '../en/channels.ts';
import { hash } from '../phrase.ts';
import { MESSAGES, many, number } from './speech.ts';

export const channels: typeof en = {
  channels: {
    heading: 'القنوات',
    open: 'عرض القنوات',
    close: 'إغلاق',
    add: 'قناة جديدة',
    name: 'اسم القناة',
    create: 'إنشاء',
    cancel: 'إلغاء',
    invalid: 'استخدم الحروف a–z أو الأرقام أو الشرطات.',
    becomes: (name) => `سيكون اسمها ${hash(name)}`,
    joined: 'قنواتك',
    others: 'قنوات أخرى على هذا المُرحِّل',
    unread: (count) =>
      many(count, {
        zero: 'لا رسائل غير مقروءة',
        one: 'رسالة واحدة غير مقروءة',
        two: 'رسالتان غير مقروءتين',
        few: '# رسائل غير مقروءة',
        many: '# رسالة غير مقروءة',
        other: '# رسالة غير مقروءة',
      }),
    count: (count) => many(count, MESSAGES),
    mute: 'كتم القناة',
    unmute: 'إلغاء كتم القناة',
    muted: 'مكتومة',
    draft: 'مسودة',
  },
  me: {
    rename: 'تغيير اسمك',
    save: 'حفظ',
    you: 'أنت',
  },
  readers: {
    heading: 'من يستطيع القراءة',
    short: (count, self) =>
      count === 1 && self
        ? 'أنت وحدك تقرأ'
        : many(count, {
            zero: 'لا أحد يقرأ',
            one: 'شخص واحد يقرأ',
            two: 'شخصان يقرآن',
            few: '# أشخاص يقرؤون',
            many: '# شخصًا يقرؤون',
            other: '# شخص يقرؤون',
          }),
    count: (count) =>
      many(count, {
        zero: 'لا قرّاء',
        one: 'قارئ واحد',
        two: 'قارئان',
        few: '# قرّاء',
        many: '# قارئًا',
        other: '# قارئ',
      }),
    nobody: 'لا أحد يستطيع القراءة بعد',
    unknown: 'من يستطيع القراءة',
    explain: 'ما ترسله يُختَم على هذا الجهاز للمذكورين هنا. ينقله المُرحِّل ولا يستطيع فتحه.',
    agent: 'وكيل',
    agentHint: 'برنامج، لا إنسان',
    byMessage: 'معروف برسائله المختومة، لا بملف تعريف موقَّع',
    loading: 'جارٍ معرفة من يستطيع القراءة…',
    joined: (name) => `يستطيع ${name} القراءة من الآن`,
    left: (name) => `لم تعد الرسائل الجديدة تُختَم لأجل ${name}`,
    invite: 'نسخ الرابط',
    copied: 'نُسخ الرابط',
    leave: 'مغادرة القناة',
  },
  join: {
    title: (channel) => `لستَ في ${hash(channel)}`,
    why: 'انضم لتتابعها. ومن حينها يختم الآخرون ما يكتبونه لك أيضًا.',
    button: (channel) => `الانضمام إلى ${hash(channel)}`,
  },
  search: {
    label: 'البحث في القنوات والرسائل',
    placeholder: 'بحث',
    messages: 'الرسائل',
    nothing: 'لم يُعثر على شيء في هذا الجهاز.',
    looking: 'جارٍ البحث…',
    local: 'يجري البحث في الرسائل على هذا الجهاز وحده.',
    clear: 'مسح البحث',
    in: (channel) => `في ${hash(channel)}`,
  },
  number,
};
