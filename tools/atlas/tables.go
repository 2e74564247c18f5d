package main

// notInISO are the entries of the source without an ISO 3166-1 code in force: two former countries, and Kosovo, whose XK
// is assigned by its users.
var notInISO = map[string]bool{"AN": true, "XK": true, "YU": true}

// names are the short English names travellers use, where the source has another. None has a comma, because one of the
// APIs takes a list of names separated by commas.
var names = map[string]string{
	"AX": "Åland Islands",
	"BL": "Saint Barthélemy",
	"BN": "Brunei",
	"BQ": "Caribbean Netherlands",
	"CG": "Republic of the Congo",
	"CI": "Côte d'Ivoire",
	"CW": "Curaçao",
	"CZ": "Czech Republic",
	"FK": "Falkland Islands",
	"FM": "Micronesia",
	"GS": "South Georgia and the South Sandwich Islands",
	"HK": "Hong Kong",
	"IM": "Isle of Man",
	"IR": "Iran",
	"KP": "North Korea",
	"KR": "South Korea",
	"LA": "Laos",
	"LY": "Libya",
	"MD": "Moldova",
	"MF": "Saint Martin",
	"MK": "North Macedonia",
	"MO": "Macau",
	"PN": "Pitcairn Islands",
	"PS": "Palestine",
	"RE": "Réunion",
	"RU": "Russia",
	"SJ": "Svalbard and Jan Mayen",
	"ST": "São Tomé and Príncipe",
	"SX": "Sint Maarten",
	"SY": "Syria",
	"SZ": "Eswatini",
	"TL": "Timor-Leste",
	"TW": "Taiwan",
	"TZ": "Tanzania",
	"VA": "Vatican City",
	"VG": "British Virgin Islands",
	"VI": "US Virgin Islands",
	"WF": "Wallis and Futuna",
}

const (
	latam        = "LATAM"
	middleEast   = "Middle East"
	northAmerica = "North America"
)

// regions are the countries that a seller of eSIMs files elsewhere than the source, whose two Americas become LATAM.
var regions = map[string]string{
	"BM": northAmerica, "CA": northAmerica, "GL": northAmerica, "PM": northAmerica, "US": northAmerica,

	"AE": middleEast, "BH": middleEast, "IL": middleEast, "IQ": middleEast, "IR": middleEast,
	"JO": middleEast, "KW": middleEast, "LB": middleEast, "OM": middleEast, "PS": middleEast,
	"QA": middleEast, "SA": middleEast, "SY": middleEast, "YE": middleEast,

	"CC": "Oceania", "CX": "Oceania", // Australian, in the source Asian
	"CW": latam, // in the source Oceanian
	"CY": "Europe",
}

// dials are the calling codes the source has wrong, or longer than the code of the country.
var dials = map[string]string{
	"AX": "358",
	"BQ": "599",
	"CC": "61",
	"CW": "599",
	"CX": "61",
	"GG": "44",
	"HM": "672",
	"IM": "44",
	"JE": "44",
	"SJ": "47",
	"TF": "262",
	"VA": "39", // 379 is reserved for it, and not in use
	"YT": "262",
}

const usualZone = 3

// zones are the price zones that differ from the usual one. They are assumed: what a gigabyte costs follows, roughly,
// roaming regulation and competition at the cheap end, remoteness and monopoly at the dear one.
var zones = map[int]string{
	1: `AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK
		AX GB LI NO SM VA TR UA US HK ID MO MY SG TH VN`,
	2: `AL AM BA CH GE GG GI IM IS JE MC MD ME MK RS RU
		AE EG IL JO QA SA
		AU BR CA CL CN CO GU IN JP KH KR KZ LK MA MX NZ PE PH PK PR TN TW UZ ZA`,
	4: `AG AI AW BB BL BM BQ BS BZ CW DM GD GF GL GP GY HT JM KN KY LC MF MQ MS SR SX TC TT VC VG VI
		AO BF BJ BW CD CG CM CV ET GA GM GN GW LR LS LY MG ML MR MW MZ NA NE SC SD SL SZ TD TG ZM ZW
		AF BT SY TL TM YE
		AS FJ MP NC PF PG PW SB TO VU WS`,
	5: `AQ BV GS HM TF
		CC CK CU CX EH FK FM IO KI MH NF NR NU PM PN SH SJ TK TV UM WF
		BI CF DJ ER GQ KM KP SO SS ST`,
}

// namesInNotes are the words by which the notes of a shared list mean one of its countries.
var namesInNotes = map[string][]string{
	"BL": {"Saint Barthélemy"},
	"BQ": {"Bonaire", "Saba", "Sint Eustatius"},
	"CW": {"Curaçao"},
	"GF": {"French Guiana"},
	"GP": {"Guadeloupe"},
	"MF": {"Saint Martin"},
	"MQ": {"Martinique"},
	"RE": {"Réunion"},
	"SX": {"Sint Maarten"},
	"YT": {"Mayotte"},
}

// movedTo takes a row from the list of one country to another's.
var movedTo = map[string]string{
	"FI:244-14": "AX", // "coverage only in Åland"
}

// leftOut are the rows that do not count as a network of the country that lists them, by reason.
var leftOut = map[string]string{
	"heard in another country only, which mostly lists it too": `
		AU:505-10 CC:505-10 CX:505-10
		BQ:362-54 CW:362-54
		GB:234-03 GB:234-36 GB:234-50 GB:234-55 GB:234-58
		IL:425-05 IL:425-06
		IS:274-08
		US:310-032 US:310-110 US:310-140 US:310-370 US:310-400 US:311-120 US:311-250`,
	"for companies, ministries or houses, though the notes do not say so": `
		AT:232-92 DE:262-19 GB:234-51 GB:234-88 GB:235-88 IT:222-38 IT:222-41 QA:427-06
		AU:505-62 AU:505-68 CC:505-62 CC:505-68 CX:505-62 CX:505-68`,
	"shared by networks that have rows of their own": "FI:244-36 MY:502-10 PL:260-34 SE:240-04 SE:240-05",
	"not the code its network is known by":           "FR:208-09 GB:234-02",
	"taken over since":                               "BR:724-39",
	"in a territory in dispute":                      "AM:283-04 MD:259-15",
}

// bandsOf replaces the bands of rows that are years behind, or not what a phone can use.
var bandsOf = map[string]string{
	"290-01":  "GSM 900 / UMTS 900 / LTE 800", // its 5G is for fixed wireless
	"311-480": "LTE 700 / LTE 850 / LTE 1700 / LTE 1900 / 5G 850 / 5G 1700 / 5G 3700 / 5G 28000",
	"311-580": "LTE 700 / LTE 850 / LTE 1700 / LTE 1900 / 5G 600 / 5G 3700",
	"404-10":  "GSM 900 / GSM 1800 / LTE 850 / LTE 900 / LTE 1800 / LTE 2100 / TD-LTE 2300 / 5G 3500",
	"405-840": "LTE 850 / LTE 1800 / TD-LTE 2300 / 5G 700 / 5G 3500 / 5G 26000",
	"602-04":  "LTE 1800 / TD-LTE 2600",
}

type rename struct {
	brand    string
	operator string // "" leaves it
}

// brands renames, by country and brand. Two with the same new name become one network. The source gives Indian
// operators by telecom circle.
var brands = map[string]rename{
	"AD:Som, Mobiland": {"Andorra Telecom", ""},
	"CA:Telus Mobility, Koodo Mobile, Public Mobile": {"Telus", ""},
	"ET:MTN": {"Ethio telecom", ""},
	"HK:1O1O / One2Free / New World Mobility / SUNMobile": {"csl", ""},
	"ID:Fren/Hepi":                       {"Smartfren", "PT Smartfren Telecom"},
	"IN:AirTel":                          {"Airtel", "Bharti Airtel Limited"},
	"IN:Airtel":                          {"Airtel", "Bharti Airtel Limited"},
	"IN:BSNL Mobile":                     {"BSNL", "Bharat Sanchar Nigam Limited"},
	"IN:Jio":                             {"Jio", "Reliance Jio Infocomm Limited"},
	"IN:MTNL":                            {"MTNL", "Mahanagar Telephone Nigam Limited"},
	"IN:Vi India":                        {"Vi", "Vodafone Idea Limited"},
	"IQ:Korek":                           {"Korek", "Korek Telecom"},
	"IR:IR-TCI":                          {"Hamrah-e Aval", ""},
	"KR:olleh":                           {"KT", ""},
	"MC:Office des Telephones":           {"Monaco Telecom", ""},
	"MX:AT&T / Unefon":                   {"AT&T", ""},
	"NP:Namaste / NT Mobile / Sky Phone": {"Nepal Telecom", ""},
	"SA:Al Jawal":                        {"stc", ""},
	"SE:Sweden 2G":                       {"Telenor", "Telenor Sverige AB"},
	"TH:AIS-T / NT Mobile":               {"NT Mobile", ""},
}
