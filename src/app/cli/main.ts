console.log('underpin')
