/**
 * Generated photos, so that no test needs another host.
 */

/** Outlines in a field of 400 by 500, by words in a category's name. */
const SHAPES = {
  Jacket: 'M150 112 98 140 66 345 112 352 124 240 116 410H197V170ZM250 112 302 140 334 345 288 352 276 240 284 410H203V170Z',
  Pants: 'M138 100H262L288 420H228L202 205 198 205 172 420H112Z',
  Kicks: 'M70 300C72 262 92 240 104 214 128 232 160 222 178 206L262 282C300 300 338 298 340 330V344H70ZM66 352H344V366C344 372 340 376 334 376H76C70 376 66 372 66 366Z',
  Shoes: 'M72 318C70 284 80 262 92 244 112 258 140 256 158 244 176 276 214 300 262 306 312 312 340 322 342 346H72ZM72 354H342V364H128V384H80Z',
  Accessories: 'M62 222H338V236H326C324 290 300 316 266 316 232 316 214 292 212 252H188C186 292 168 316 134 316 100 316 76 290 74 236H62Z',
  '': 'M140 130 95 155 62 235 108 258 122 226 118 400H282L278 226 292 258 338 235 305 155 260 130C248 158 152 158 140 130Z',
};

const BACKDROPS = ['#e9e3da', '#dfe3e0', '#e6dcd8', '#dbe0e6', '#e8e4d6', '#d9d6d2'];
const CLOTHS = ['#3f5a4d', '#a4552f', '#2f3f57', '#7a6a55', '#8a3b46', '#4a4a48', '#b08a4a', '#5d6f7d'];

/** Hashes a text (FNV-1a). */
function hash(text) {
  let value = 2166136261;
  for (const letter of text) {
    value = Math.imul(value ^ letter.codePointAt(0), 16777619) >>> 0;
  }
  return value;
}

/**
 * Returns the photo of a URL: the same for all its sizes.
 * @param {string} url
 * @param {string} category of the product
 * @returns {string} as SVG
 */
export function photo(url, category) {
  const seed = hash(new URL(url).pathname);
  const pick = (list, shift) => list[(seed >>> shift) % list.length];
  const shape = SHAPES[Object.keys(SHAPES).find((word) => category.includes(word))];
  const turn = ((seed >>> 20) % 17) - 8;
  const scale = 0.8 + ((seed >>> 12) % 40) / 100;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 500" width="800" height="1000">
    <defs>
      <radialGradient id="light" cx=".3" cy=".2" r="1.1"><stop offset="0" stop-color="#fff" stop-opacity=".45"/><stop offset="1" stop-color="#000" stop-opacity=".1"/></radialGradient>
      <linearGradient id="fold" x2="1" y2=".3"><stop offset="0" stop-color="#fff" stop-opacity=".22"/><stop offset=".5" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".28"/></linearGradient>
      <radialGradient id="shadow"><stop stop-opacity=".3"/><stop offset="1" stop-opacity="0"/></radialGradient>
    </defs>
    <rect width="400" height="500" fill="${pick(BACKDROPS, 3)}"/><rect width="400" height="500" fill="url(#light)"/>
    <ellipse cx="205" cy="440" rx="140" ry="18" fill="url(#shadow)"/>
    <g transform="rotate(${turn} 200 260) translate(200 260) scale(${scale}) translate(-200 -260)">
      <path d="${shape}" fill="${pick(CLOTHS, 6)}"/><path d="${shape}" fill="url(#fold)"/>
    </g>
  </svg>`;
}
