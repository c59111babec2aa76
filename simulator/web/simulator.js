import { find, json } from "./dom.js";
import { startHandsets } from "./handsets.js";
import { showMagicRecipients } from "./magic_recipients.js";
import { startMails } from "./mails.js";
import { startPhone } from "./phone.js";

startPhone();
startMails();
showMagicRecipients();
const settings = await json("/simulator/settings");
find("public-base-url").textContent = settings.public_base_url;
startHandsets(settings);
