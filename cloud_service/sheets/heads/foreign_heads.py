"""How columns are called in Spanish, French, Portuguese, Italian, Dutch and Swahili.

English and German stand beside the columns themselves.
"""

FOREIGN = {
    "site": "propiedad,edificio,inmueble,finca,immeuble,bâtiment,résidence,propriété,imóvel,prédio,immobile,"
    "stabile,pand,gebouw,complex,jengo,mali",
    "site_address": "dirección del inmueble,adresse immeuble,endereço do imóvel,indirizzo immobile,adres pand",
    "point": "piso,vivienda,apartamento,departamento,unidad,local,appartement,logement,lot,fração,fracção,"
    "appartamento,interno,unità,woning,eenheid,nyumba,chumba,duka",
    "utility": "suministro,servicio,énergie,fluide,fornecimento,fornitura,servizio,nutsvoorziening,huduma",
    "grid_id": "cups,pdl,pod,ean code,ean code elektriciteit,cpe",
    "meter": "contador,medidor,número de contador,n contador,compteur,numéro de compteur,n compteur,"
    "numéro compteur,contatore,matricola,matricola contatore,numero contatore,meternummer,mita,"
    "namba ya mita",
    "maker": "fabricante,fabricant,marque,fabbricante,marca,fabrikant,merk",
    "mounted": "instalado,fecha de instalación,installé le,date de pose,instalado em,data instalação,installato il,"
    "data installazione,geplaatst,geplaatst op",
    "opening": "lectura,lectura inicial,índice inicial,relevé,index initial,index de départ,relevé initial,leitura,"
    "leitura inicial,lettura,lettura iniziale,beginstand,meterstand,somo,somo la kwanza,stand ya kwanza",
    "multiplier": "factor,multiplicador,coefficient,coeficiente,coefficiente,k,vermenigvuldiger,"
    "vermenigvuldigingsfactor",
    "client_number": "número de cliente,n cliente,código cliente,numéro client,n client,code client,número do cliente,"
    "numero cliente,codice cliente,klantnummer,huurdernummer,namba ya mteja",
    "client": "cliente,inquilino,arrendatario,nombre,nombre y apellidos,locataire,nom,nom du locataire,"
    "arrendatário,nome,nome e cognome,affittuario,conduttore,intestatario,huurder,bewoner,naam,klant,"
    "mpangaji,mteja,jina",
    "email": "correo,correo electrónico,courriel,e mail,posta elettronica,barua pepe,adresse e mail",
    "phone": "teléfono,móvil,téléphone,portable,telefone,telemóvel,telefono,cellulare,telefoon,mobiel,simu,"
    "namba ya simu",
    "address": "dirección,domicilio,adresse postale,endereço,morada,indirizzo,adres,postadres,anwani",
    "street": "calle,calle y número,rue,rue et numéro,voie,rua,logradouro,via,via e numero,straat,straat en huisnummer,"
    "mtaa,barabara",
    "postcode": "código postal,cp,c p,code postal,cep,codice postale,cap,postcode,sanduku la posta",
    "city": "ciudad,población,localidad,municipio,ville,commune,localité,cidade,localidade,città,comune,località,"
    "plaats,woonplaats,gemeente,mji",
    "region": "provincia,estado,comunidad,région,département,distrito,regione,provincie,mkoa",
    "country": "país,pays,paese,nazione,nchi",
    "language": "idioma,langue,língua,lingua,taal,lugha",
    "vat_id": "nif,cif,nit,rfc,numéro tva,n tva,nipc,partita iva,p iva,codice fiscale,btw nummer,pin",
    "account": "cuenta,número de cuenta,compte,numéro de compte,conta,número da conta,conto,numero conto,rekening,"
    "rekeningnummer,akaunti",
    "currency": "moneda,devise,monnaie,moeda,valuta,sarafu",
    "terms_days": "plazo de pago,días de pago,délai de paiement,prazo de pagamento,termini di pagamento,"
    "betalingstermijn",
    "cycle": "ciclo,periodicidad,périodicité,cycle de facturation,periodicidade,periodicità,facturatieperiode",
    "delivery": "envío,envoi,mode d envoi,envio,invio,verzending",
    "contract": "contrato,número de contrato,contrat,numéro de contrat,contratto,numero contratto,contractnummer,"
    "mkataba",
    "start": "desde,inicio,fecha de entrada,alta,depuis,début,date d entrée,entrée,entrée le,início,"
    "data de entrada,dal,inizio,data ingresso,decorrenza,sinds,vanaf,ingangsdatum,begindatum,tangu,"
    "kuanzia,tarehe ya kuingia",
    "end": "hasta,fin,fecha de salida,baja,jusqu au,date de sortie,sortie,até,data de saída,fim,al,fine,"
    "data uscita,tot,einddatum,mpaka",
    "tariff": "tarifa,tarif appliqué,tariffa,tarief,bei",
    "tariff_from": "tarifa desde,à partir du,tarifa a partir de,tariffa dal,tarief vanaf",
    "balance": "saldo inicial,saldo pendiente,solde,solde initial,solde dû,saldo iniziale,saldo em dívida,"
    "openstaand saldo,beginsaldo,salio,salio la zamani",
    "balance_day": "saldo al,fecha del saldo,solde au,saldo em,data saldo,saldo op",
    "deposit": "depósito,fianza,dépôt de garantie,caution,caução,deposito,cauzione,deposito cauzionale,waarborg,"
    "waarborgsom,borg,amana",
    "item": "factura,número de factura,n factura,facture,numéro de facture,n facture,fatura,número da fatura,"
    "fattura,numero fattura,factuur,factuurnummer,ankara",
    "item_day": "fecha,fecha de factura,date de facture,data,data da fatura,data fattura,factuurdatum,datum factuur,"
    "tarehe",
    "item_due": "vencimiento,fecha de vencimiento,échéance,date d échéance,vencimento,scadenza,data scadenza,"
    "vervaldatum",
    "item_amount": "importe,monto,montant,montant ttc,valor,importo,totale,bedrag,kiasi",
    "item_paid": "pagado,cobrado,payé,déjà payé,réglé,pago,pagato,incassato,betaald,imelipwa",
    "item_text": "concepto,observaciones,libellé,remarque,descrição,descrizione,causale,omschrijving,maelezo",
}


def foreign_names(key: str) -> list[str]:
    """What other languages call a column."""
    return FOREIGN.get(key, "").split(",")
