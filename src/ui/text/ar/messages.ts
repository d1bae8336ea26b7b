/** The message list, in Arabic. */
import type { messages as en } from '../en/messages.ts';
import { hash, isolate, reasonOf } from '../phrase.ts';
import { reasons } from './connection.ts';
import { many, PEOPLE_TO, percent, size } from './speech.ts';

const sealedCount = (what: string, dual: string) => ({
  zero: `لا رسائل ${what}`,
  one: `رسالة واحدة ${what}`,
  two: `رسالتان ${dual}`,
  few: `# رسائل ${what}`,
  many: `# رسالة ${what}`,
  other: `# رسالة ${what}`,
});

const SEALED = {
  'before-you-joined': {
    count: sealedCount('مختومة قبل انضمامك', 'مختومتان قبل انضمامك'),
    why: 'تُختَم كل رسالة لمن هم في القناة عند إرسالها. ولم تكن أنت منهم، فلم تُصنع لك مفاتيحها. يمكن لعضو يستطيع فتحها أن يشاركها معك.',
  },
  'not-for-you': {
    count: sealedCount('مختومة لآخرين', 'مختومتان لآخرين'),
    why: 'لم يختمها المُرسِل لك، فلا يفتحها إلا من خُتمت لهم.',
  },
  damaged: {
    count: sealedCount('لا يمكن فتحها', 'لا يمكن فتحهما'),
    why: 'ما وصل لا يوافق ختمه: لقد تغيّر في الطريق أو خُتم خطأً.',
  },
  'newer-version': {
    count: sealedCount('بصيغة أحدث', 'بصيغة أحدث'),
    why: 'خُتمت بإصدار من Pipes أحدث من هذا. حدِّث وأعد تحميل الصفحة لتقرأها.',
  },
};

/** After «keys of». */
const EARLIER = {
  zero: 'أي رسالة سابقة',
  one: 'رسالة سابقة واحدة',
  two: 'رسالتين سابقتين',
  few: '# رسائل سابقة',
  many: '# رسالة سابقة',
  other: '# رسالة سابقة',
};

export const messages: typeof en = {
  messages: {
    label: (channel) => `الرسائل في ${hash(channel)}`,
    loading: 'جارٍ تحميل الرسائل…',
    older: 'تحميل رسائل أقدم',
    beginning: (channel) => `هذه بداية ${hash(channel)}.`,
    latest: 'أحدث الرسائل',
    fresh: (count) =>
      many(count, {
        zero: 'لا رسائل جديدة',
        one: 'رسالة جديدة واحدة',
        two: 'رسالتان جديدتان',
        few: '# رسائل جديدة',
        many: '# رسالة جديدة',
        other: '# رسالة جديدة',
      }),
    emptyTitle: (channel) => `لا شيء في ${hash(channel)} بعد`,
    alone: 'أنت وحدك هنا. من ينضم لاحقًا يقرأ ما يُرسَل منذ انضمامه، لا ما سبقه.',
    together: 'ألقِ التحية: ما ترسله يُختَم لكل المذكورين في «من يستطيع القراءة».',
    tryAlone: 'جرّبه وحدك بعلامة تبويب ثانية',
    today: 'اليوم',
    yesterday: 'أمس',
    showAll: (units) => `عرض الكل (${size(units)} من النص)`,
    said: (name, text) => `${name}: ${text}`,
    saidSealed: (name) => `أرسل ${name} رسالة تبقى مختومة بالنسبة إليك`,
    onlyFiles: 'أرسل ملفات',
    failed: 'تعذّرت قراءة الرسائل من هذا الجهاز.',
    gone: 'هذه الرسالة ليست على هذا الجهاز: ربما كانت أقدم مما يحتفظ به المُرحِّل، أو من قناة أخرى.',
    unread: 'رسائل جديدة',
    jumpUnread: 'الانتقال إلى أول رسالة جديدة',
    jumpDate: 'الانتقال إلى تاريخ',
    date: 'عرض الرسائل ابتداءً من',
    go: 'انتقال',
    copyLink: 'نسخ رابط هذه الرسالة',
    linkCopied: 'نُسخ الرابط',
    discard: 'سحب',
    discardHint: 'لم تصل إلى أي مُرحِّل بعد: لن تُرسَل',
    sending: 'جارٍ الإرسال…',
    uploading: (done, total) => `جارٍ إرسال الملفات، ${percent(done, total)}`,
    sharedBy: (name) => `خُتمت قبل انضمامك، وفُتحت بمفتاح شاركه ${name} معك. الكاتب والوقت كما وُقِّعا.`,
    sharedMark: 'مُشاركة معك',
    shared: (name, count) => `شارك ${name} معك مفاتيح ${many(count, EARLIER)}`,
    youShared: (count) => `شاركتَ مفاتيح ${many(count, EARLIER)}`,
    mentionsYou: 'يذكرك',
  },
  roster: (event, name) =>
    ({
      joined: `يستطيع ${name} القراءة من هنا فصاعدًا`,
      left: `غادر ${name}: لم تعد الرسائل الجديدة تُختَم له`,
      'new-key': `تُختَم الرسائل إلى ${name} بمفتاح آخر من هنا فصاعدًا`,
    })[event.kind],
  delivery: (delivery) => {
    if (delivery.state === 'queued') return 'في الانتظار';
    if (delivery.state === 'sent') return 'أُرسلت';
    if (delivery.state !== 'failed') return '';
    const reason = reasonOf(delivery.error);
    return `لم تُرسَل: ${reason === undefined ? isolate('rtl', delivery.error) : reasons[reason]}`;
  },
  deliveryHint: {
    queued: 'تبقى على هذا الجهاز حتى يمكن الوصول إلى المُرحِّل',
    sent: 'حفظها المُرحِّل مختومة',
  },
  lock: (lock) => {
    if (lock.state === 'open') return `مختومة لأجل ${many(lock.readers, PEOPLE_TO)}`;
    if (lock.state === 'sealed') return SEALED[lock.reason].why;
    return lock.signed
      ? 'غير مختومة: يستطيع المُرحِّل قراءتها'
      : 'غير مختومة وغير موقَّعة: يستطيع المُرحِّل قراءتها، وقد يكون كتبها أي شخص';
  },
  plainMark: (signed) => (signed ? 'غير مختومة' : 'غير مختومة وغير موقَّعة'),
  sealed: (run, count) => many(count, SEALED[run.reason].count),
  sealedWhy: (run) => SEALED[run.reason].why,
  sealedWho: 'عرض من أرسلها ومتى',
};
