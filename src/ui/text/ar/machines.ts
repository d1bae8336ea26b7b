/** Other machines, in Arabic. */
import type { machines as en } from '../en/machines.ts';
import { number, percent } from './speech.ts';

export const machines: typeof en = {
  others: {
    title: 'أجهزة أخرى',
    open: 'أجهزة أخرى…',
    close: 'إغلاق',
    what: 'ما لدى هذا الجهاز يشاركه مع هذه الأجهزة: مباشرة حيث أمكن، وإلا عبر مُرحِّلات لا تستطيع قراءته.',
    none: 'لم ينضم أي جهاز آخر إلى هذا الجهاز بعد.',
    list: 'الأجهزة المنضمة إلى هذا الجهاز',
    unnamed: 'بلا اسم',
    state: ({ isConnected, isSettled }) => {
      if (!isConnected) return 'غائب';
      return isSettled ? 'متزامن' : 'يستدرك ما فات…';
    },
    passage: { direct: 'مباشر', local: 'في الشبكة المحلية', relayed: 'عبر مُرحِّل' },
    path: ({ state, roundTripMs, loss }) => {
      if (state === 'opening') return 'يُفتح الآن';
      if (state !== 'up') return 'لا يستجيب';
      const measured = roundTripMs === undefined ? [] : [`${number(Math.ceil(roundTripMs))} م.ث`];
      return [...measured, ...(loss >= 0.005 ? [`فُقد ${percent(loss, 1)}`] : [])].join('، ');
    },
    join: 'ضمّ جهاز آخر',
    joinWhat:
      'امسح هذا الرمز هناك أو أدخل هذه التذكرة؛ أو ألصق هنا التذكرة التي يعرضها. من يملك تذكرة يمكنه الانضمام لمدة 30 يومًا.',
    show: 'إظهار تذكرة هذا الجهاز',
    noTicket: 'لا يعطي المُرحِّل تذكرة الآن.',
    ticket: 'تذكرة هذا الجهاز',
    qr: 'رمز يحمل تذكرة هذا الجهاز، ليُمسح بالكاميرا',
    copy: 'نسخ',
    copied: 'نُسخت التذكرة',
    field: 'تذكرة الجهاز الآخر',
    connect: 'اتصال',
    connecting: 'جارٍ الاتصال…',
    outcome: {
      connected: 'تم الاتصال. ما ينقص يصل الآن.',
      remembered: 'لا أحد يجيب بعد. حُفظت التذكرة وستُعاد المحاولة.',
      refused: 'هذه ليست تذكرة جهاز آخر: تبدأ بـ pipes1 وهي سطر واحد.',
      failed: 'لم يُجب مُرحِّل هذه الصفحة.',
    },
  },
};
