/** The connection, in Arabic. */
import type { connection as en } from '../en/connection.ts';
import { type Reason, reasonOf, sentence, withoutAddress } from '../phrase.ts';
import { many } from './speech.ts';

export const reasons: Record<Reason, string> = {
  away: 'لا يمكن الوصول إلى المُرحِّل',
  'no-network': 'هذا الجهاز بلا شبكة',
  ended: 'أنهى المُرحِّل الاتصال',
  silent: 'المُرحِّل لا يستجيب',
  answered: 'رفض المُرحِّل الطلب',
  rate: 'لا يقبل المُرحِّل هذا العدد من الرسائل الآن',
  'no-room': 'لم تبقَ مساحة',
  gone: 'ليست لدى المُرحِّل',
  cancelled: 'أُلغي ذلك',
  channels: 'أنت في عدد كبير جدًّا من القنوات. غادر واحدة أولًا',
  long: 'هذا أطول من اللازم',
  newer: 'حفظته نسخة أحدث من هذه الصفحة',
  damaged: 'ما كان محفوظًا تالف',
  storage: 'لا يمكن استخدام تخزين المتصفح',
  clipboard: 'لا يسمح المتصفح بالنسخ',
  'old-browser': 'هذا المتصفح قديم؛ الإصدار الحالي يستطيع ذلك',
};

export const connection: typeof en = {
  connection: (status) => {
    if (status.connection === 'online') return 'متصل';
    if (status.connection === 'local') return 'هذا الجهاز فقط';
    return status.connection === 'connecting' ? 'جارٍ الاتصال…' : 'غير متصل';
  },
  offline: (problem) => {
    const reason = reasonOf(problem ?? 'no connection');
    const why = reason === undefined ? withoutAddress(problem ?? '') : reasons[reason];
    return `غير متصل: ${sentence(why)} يمكنك متابعة الكتابة.`;
  },
  reason: (problem) => {
    const reason = reasonOf(problem);
    return reason === undefined ? problem : sentence(reasons[reason]);
  },
  waiting: (count) =>
    many(count, {
      zero: 'لا رسائل تنتظر.',
      one: 'تنتظر رسالة واحدة هنا حتى يعود المُرحِّل.',
      two: 'تنتظر رسالتان هنا حتى يعود المُرحِّل.',
      few: 'تنتظر # رسائل هنا حتى يعود المُرحِّل.',
      many: 'تنتظر # رسالة هنا حتى يعود المُرحِّل.',
      other: 'تنتظر # رسالة هنا حتى يعود المُرحِّل.',
    }),
  machines: (connected, exchanging) => {
    if (connected === 0) return 'لا يمكن الوصول إلى أي جهاز آخر الآن.';
    const joined = many(connected, {
      zero: 'غير متصل بجهاز آخر',
      one: 'متصل بجهاز آخر واحد',
      two: 'متصل بجهازين آخرين',
      few: 'متصل بـ# أجهزة أخرى',
      many: 'متصل بـ# جهازًا آخر',
      other: 'متصل بـ# جهاز آخر',
    });
    return exchanging > 0 ? `${joined}، ويجري استدراك ما فات.` : `${joined}.`;
  },
  queued: (count) =>
    many(count, {
      zero: 'لا شيء ينتظر',
      one: 'واحدة تنتظر',
      two: 'اثنتان تنتظران',
      few: '# تنتظر',
      many: '# تنتظر',
      other: '# تنتظر',
    }),
};
