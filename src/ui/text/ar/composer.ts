/** Writing and files, in Arabic. */
import type { composer as en } from '../en/composer.ts';
import { hash } from '../phrase.ts';
import { many, number, PEOPLE_TO, percent, size } from './speech.ts';

export const composer: typeof en = {
  composer: {
    label: (channel) => `رسالة إلى ${hash(channel)}`,
    placeholder: (channel) => `رسالة إلى ${hash(channel)}`,
    send: 'إرسال',
    attach: 'إرفاق ملفات',
    remove: (name) => `إزالة ${name}`,
    keys: 'Enter يُرسِل، Shift + Enter يبدأ سطرًا جديدًا',
    marks: '**غامق**، *مائل*، `شيفرة`، > اقتباس، - قائمة',
    sealedTo: (count) => (count > 1 ? `تُختَم لأجل ${many(count, PEOPLE_TO)}` : 'تُختَم لك وحدك حتى الآن'),
    drop: 'أفلِت الملفات هنا لإرفاقها مختومة',
    tooLarge: (name, limit) => `حجم ${name} أكبر من ${size(limit)} فلا يمكن إرفاقه.`,
    tooMany: (limit) => `أقصى عدد للملفات في الرسالة: ${number(limit)}.`,
    tooLong: (over) =>
      many(over, {
        zero: 'الطول مناسب',
        one: 'حرف واحد زائد',
        two: 'حرفان زائدان',
        few: '# أحرف زائدة',
        many: '# حرفًا زائدًا',
        other: '# حرف زائد',
      }),
    emoji: 'إدراج رمز تعبيري',
    emojiSearch: 'البحث عن رمز تعبيري',
    emojiNone: 'لا رمز تعبيري بهذا الاسم.',
    mentions: 'من يستطيع القراءة هنا',
    sealing: (done, total) => `جارٍ ختم الملفات، ${percent(done, total)}`,
    cancel: 'إلغاء',
    agent: 'وكيل',
  },
  file: {
    save: (name) => `حفظ ${name}`,
    show: (name) => `عرض ${name}`,
    showIt: 'عرض',
    hide: 'إخفاء',
    play: (name) => `تشغيل ${name}`,
    playIt: 'تشغيل',
    enlarge: (name) => `تكبير ${name}`,
    picture: (name) => `صورة ${name}`,
    loading: 'جارٍ الفتح…',
    failed: 'تعذّر جلبه أو فتحه. حاول مرة أخرى.',
    refused: 'لم يُعرض: ليس صورة، أو صورة أكبر من اللازم. ما زال بإمكانك حفظه.',
    cut: 'تُعرض بدايته فقط. احفظه لترى كل ما فيه.',
    noText: 'ليس نصًّا. ما زال بإمكانك حفظه.',
    noPdf: 'لم يُعرض: ليس ملف PDF، أو هو مقفل أو تالف أو أثقل من اللازم. ما زال بإمكانك حفظه.',
    noPage: 'تعذّر رسم هذه الصفحة.',
    page: (page, pages) => `الصفحة ${number(page)} من ${number(pages)}`,
    morePages: (pages) =>
      many(pages, {
        zero: 'لا تُعرض أي صفحة. احفظه لترى كل ما فيه.',
        one: 'تُعرض الصفحة الأولى فقط. احفظه لترى كل ما فيه.',
        two: 'تُعرض أول صفحتين فقط. احفظه لترى كل ما فيه.',
        few: 'تُعرض أول # صفحات فقط. احفظه لترى كل ما فيه.',
        many: 'تُعرض أول # صفحة فقط. احفظه لترى كل ما فيه.',
        other: 'تُعرض أول # صفحة فقط. احفظه لترى كل ما فيه.',
      }),
    cannotPlay: 'لا يستطيع هذا المتصفح تشغيله. ما زال بإمكانك حفظه.',
    close: 'إغلاق',
  },
  bytes: size,
};
