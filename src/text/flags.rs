//! Flags: pairs of regional indicators.
//!
//! A terminal draws such a pair as a flag or as two letters; either takes two cells, so that the
//! columns stay in line. That holds of pairs that are some region's.

/// The letter A among the regional indicators.
const A: u32 = 0x1_F1E6;

/// The regions that have a flag of their own, by the codes of ISO 3166. Not among them are those whose
/// flag looks like another's: Bouvet and Svalbard (Norway), Heard (Australia), Clipperton and further
/// parts of France, Ceuta (Spain), the Outlying Islands (United States), Diego Garcia, Tristan da
/// Cunha, Chad (Romania) and Monaco (Indonesia).
const REGIONS: &str = "\
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BM BN BO BQ BR BS BT BW \
BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES \
ET EU FI FJ FK FM FO FR GA GB GD GE GG GH GI GL GM GN GQ GR GS GT GU GW GY HK HN HR HT HU ID IE IL \
IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY \
MA MD ME MG MH MK ML MM MN MO MP MR MS MT MU MV MW MX MY MZ NA NE NF NG NI NL NO NP NR NU NZ OM PA \
PE PF PG PH PK PL PN PR PS PT PW PY QA RO RS RU RW SA SB SC SD SE SG SH SI SK SL SM SN SO SR SS ST \
SV SX SY SZ TC TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UN US UY UZ VA VC VE VG VI VN VU WS XK \
YE ZA ZM ZW";

/// Whether it is one half of a flag.
pub(super) fn is_indicator(c: char) -> bool {
    letter(c).is_some()
}

/// Whether these two are a flag, and no other one looks like it.
pub(super) fn is_flag(first: char, second: char) -> bool {
    let (Some(first), Some(second)) = (letter(first), letter(second)) else { return false };
    REGIONS.as_bytes().chunks(3).any(|region| region[..2] == [first, second])
}

fn letter(c: char) -> Option<u8> {
    let place = u32::from(c).checked_sub(A).filter(|place| *place < 26)?;
    Some(b'A' + u8::try_from(place).ok()?)
}
