/**
 * The emoji that people use most, with the words they are looked for by. A list of our own, loaded when the picker first
 * opens; whatever a keyboard offers can be typed besides.
 */
export interface Emoji {
  readonly text: string;
  readonly name: string;
  /** What it is called besides. */
  readonly also?: string;
}

const LIST = `😀 grinning smile happy|😄 laughing smile happy|😁 beaming grin|😂 tears of joy laugh lol|🤣 rolling laugh rofl|😊 blush smile|🙂 slight smile|🙃 upside down|😉 wink|😍 heart eyes love|🥰 loved hearts|😘 kiss|😋 yum tasty|😜 wink tongue silly|🤪 zany crazy|🤗 hug|🤔 thinking hmm|🤨 raised eyebrow|😐 neutral|😏 smirk|🙄 eye roll|😬 grimace|😌 relieved|😴 sleeping tired|🤒 ill sick|🤕 hurt|🥵 hot|🥶 cold|🤯 mind blown|🥳 party celebrate|😎 cool sunglasses|🤓 nerd|🧐 monocle|😕 confused|😟 worried|🙁 sad frown|😮 surprised wow|😳 flushed|🥺 pleading|😢 cry sad|😭 sob cry|😱 scream fear|😞 disappointed|😩 weary|😤 huff|😡 angry|🤬 swearing|💀 skull dead|💩 poo|🤡 clown|👻 ghost|👽 alien|🤖 robot agent|👍 thumbs up yes good|👎 thumbs down no bad|👌 ok|✌️ victory peace|🤞 fingers crossed luck|🤝 handshake deal|👏 clap applause|🙌 hooray hands|🙏 please thanks pray|💪 strong muscle|👋 wave hello bye|✋ hand stop|👉 point right|👈 point left|👆 point up|👇 point down|🫶 heart hands|👀 eyes look|🧠 brain|🫡 salute|🤷 shrug|🤦 facepalm|🙋 raise hand question|💁 info|🏃 run|🚶 walk|💃 dance|❤️ heart love red|🧡 heart orange|💛 heart yellow|💚 heart green|💙 heart blue|💜 heart purple|🖤 heart black|💔 broken heart|💯 hundred perfect|✨ sparkles|⭐ star|🔥 fire hot|💥 boom|🎉 tada party celebrate|🎊 confetti|🎂 cake birthday|🎁 gift present|🏆 trophy win|🥇 medal first|✅ check done yes|☑️ checked box|❌ cross no wrong|⚠️ warning|❓ question|❗ exclamation|💤 sleep zzz|💬 speech message|💭 thought|🔔 bell|🔕 muted|🔒 locked sealed|🔓 unlocked open|🔑 key|🛡️ shield|🔍 search|📌 pin|📎 clip attach|📝 note write|📄 page document|📁 folder|📊 chart|📈 rising chart|📉 falling chart|📅 calendar date|⏰ alarm clock|⌛ hourglass wait|💡 idea bulb|🔧 wrench tool|🔨 hammer|⚙️ gear settings|🧪 test tube|🐛 bug|🚀 rocket launch ship|✈️ plane travel|🚗 car|🚲 bicycle bike|🚆 train|🏠 house home|🏢 office|🏖️ beach holiday|⛰️ mountain|🌍 earth world|☀️ sun|🌙 moon night|⛅ cloud|🌧️ rain|❄️ snow cold|🌈 rainbow|🌊 wave sea|🌱 seedling plant|🌳 tree|🌸 blossom flower|🌹 rose|🍀 clover luck|🐶 dog|🐱 cat|🐭 mouse|🦊 fox|🐻 bear|🐼 panda|🦁 lion|🐸 frog|🐢 turtle|🦉 owl|🐦 bird|🦋 butterfly|🐝 bee|🐟 fish|🐙 octopus|🍎 apple|🍌 banana|🍓 strawberry|🍋 lemon|🥑 avocado|🍞 bread|🧀 cheese|🍕 pizza|🍔 burger|🍟 fries|🌮 taco|🍣 sushi|🍜 noodles|🍰 cake|🍪 cookie|🍫 chocolate|☕ coffee tea|🍵 tea|🍺 beer|🍷 wine|🥂 cheers toast|💧 water drop|⚽ football soccer|🏀 basketball|🎾 tennis|🎮 game|🎲 dice|🎵 music note|🎸 guitar|🎬 film|📷 camera photo|🎨 art paint|📚 books read|💻 laptop computer|📱 phone|🔋 battery|💾 save disk|🖨️ printer|📦 package box|✉️ mail letter|💰 money|🛒 cart shopping`;

export const emoji: readonly Emoji[] = read(LIST);

/** The same with names in another language; what stays without one keeps its English. */
export function named(list: string): readonly Emoji[] {
  const names = new Map(read(list).map(({ text, name }) => [text, name]));
  return emoji.map(({ text, name }) => ({ text, name: names.get(text) ?? name, also: name }));
}

/** Those whose every word is begun by one of theirs, in the language of the names or in English. */
export function findEmoji(query: string, among: readonly Emoji[] = emoji): readonly Emoji[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  return among.filter(({ name, also = '' }) => {
    const parts = `${name} ${also}`.split(' ');
    return wanted.every((word) => parts.some((part) => part.startsWith(word)));
  });
}

function read(list: string): Emoji[] {
  return list.split('|').map((entry) => {
    const space = entry.indexOf(' ');
    return { text: entry.slice(0, space), name: entry.slice(space + 1) };
  });
}
