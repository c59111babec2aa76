// Which addresses can be shortened, by the rules of app/domain/short_url_rules.py; tests/portal/test_sms_text_js.py holds the
// two together.
const LONGEST_URL = 2000;
const HOST = /^(?!.{254})(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function hostOf(url) {
  const [, address] = url.match(/^https?:\/\/([^/?#]*)/i) ?? [];
  const [, host, port] = address?.match(/^([^@:]*)(?::(\d*))?$/) ?? [];
  return port && !(port > 0 && port <= 65535) ? undefined : host?.toLowerCase();
}

// "url_too_long", "url_host_wrong", "url_is_ours", or null where nothing is wrong.
export function urlProblem(url, ownLinks) {
  if (url.length > LONGEST_URL) return "url_too_long";
  const host = hostOf(url);
  if (!host || !HOST.test(host)) return "url_host_wrong";
  return host === hostOf(ownLinks) ? "url_is_ours" : null;
}
